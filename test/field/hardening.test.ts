/** What a filesystem cannot do for safety (modes, syncs) is a note, not the end of a command. */

import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { builtCli } from '../support/built-cli.ts'
import { createFolder, isReady, run, start } from '../support/process.ts'

/** A module that makes functions of `fs` fail with this code, as another filesystem does. */
function failing(code: string, ...names: string[]): Record<string, string> {
  const file = join(createFolder(), 'other-filesystem.cjs')
  writeFileSync(
    file,
    `const fs = require('node:fs')
     const { syncBuiltinESMExports } = require('node:module')
     const { openSync } = fs
     const folders = new Set()
     fs.openSync = (path, flags, ...rest) => {
       const file = openSync(path, flags, ...rest)
       if (fs.fstatSync(file).isDirectory()) folders.add(file)
       else folders.delete(file)
       return file
     }
     const fail = (name) => Object.assign(new Error('${code}: refused, ' + name), { code: '${code}', syscall: name })
     for (const name of ${JSON.stringify(names)}) {
       const [own, onlyFolders] = name.split(' of ')
       const before = fs[own]
       fs[own] = (...args) => {
         if (onlyFolders && !folders.has(args[0])) return before(...args)
         const callback = args.at(-1)
         if (typeof callback === 'function') return process.nextTick(callback, fail(own))
         throw fail(own)
       }
     }
     syncBuiltinESMExports()`,
  )
  return { NODE_OPTIONS: `--require=${file}` }
}

const chmods = ['chmodSync', 'fchmodSync', 'chmod', 'fchmod', 'lchmodSync']
const syncs = ['fsyncSync', 'fdatasyncSync', 'fsync', 'fdatasync']

/** How often a text is in another. */
const times = (text: string, part: string) => text.split(part).length - 1

describe.each<[what: string, code: string, functions: string[], note: string | null]>([
  ['no modes (a Windows drive in WSL)', 'EPERM', chmods, 'cannot be closed to other users (EPERM)'],
  ['no modes (a network share)', 'ENOTSUP', chmods, 'cannot be closed to other users (ENOTSUP)'],
  ['no modes (a FUSE filesystem)', 'ENOSYS', chmods, 'cannot be closed to other users (ENOSYS)'],
  ['no modes (vfat)', 'EINVAL', chmods, 'cannot be closed to other users (EINVAL)'],
  ['modes that only root may set', 'EACCES', chmods, 'cannot be closed to other users (EACCES)'],
  ['no sync of folders', 'EINVAL', ['fsyncSync of folders'], null],
  ['no sync of folders, refused', 'EPERM', ['fsyncSync of folders'], null],
  ['no sync at all', 'EINVAL', syncs, 'cannot be synced (EINVAL)'],
  ['no sync at all, unsupported', 'ENOTSUP', syncs, 'cannot be synced (ENOTSUP)'],
])('on a filesystem with %s', (_what, code, functions, note) => {
  test('the daemon runs, captures and delivers, and commands go on with one note at most', async () => {
    const place = { cwd: createFolder(), environment: failing(code, ...functions) }
    const daemon = start(['--emulator', '--no-open'], place)
    await daemon.line(isReady)
    expect((await run(['trigger', 'entities.clients.create'], place)).exitCode).toBe(0)
    await daemon.line(({ type, notification }) => type === 'notification' && notification.kind === 'event')
    expect(times(daemon.stderr(), 'note: ')).toBe(note === null ? 0 : 1)
    daemon.signal('SIGTERM')
    expect(await daemon.ended).toBe(0)

    const listed = await run(['list', '--json'], place)
    expect(listed).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('entities.clients.create') })
    expect(times(listed.stderr, note ?? 'note: ')).toBe(note === null ? 0 : 1)
    expect(times(listed.stderr, 'note: ')).toBe(note === null ? 0 : 1)

    for (const command of [['keys'], ['export', '-o', 'all.ndjson'], ['clear', '--yes']]) {
      const { exitCode, stderr } = await run(command, place)
      expect([exitCode, times(stderr, 'error')]).toEqual([0, 0])
    }
  })
})

test('init writes the token with a note, if the file cannot be closed to others', async () => {
  const environment = { ...failing('EPERM', ...chmods), FIC_ACCESS_TOKEN: 'a/token' }
  const place = { cwd: createFolder(), environment }
  const { exitCode, stderr } = await run(['init', '--yes', '--company', '1', '--save-token'], place)
  expect(exitCode).toBe(0)
  expect(times(stderr, 'note: ')).toBe(1)
  expect(stderr).toContain('.env cannot be closed to other users')
})

test('a disk that fails is still an error', async () => {
  const place = { cwd: createFolder(), environment: failing('EIO', ...syncs) }
  const { exitCode, stderr } = await run(['keys'], place)
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining('EIO')])
})

describe.runIf(process.getuid?.() === 0)('as another user than the owner', () => {
  const stranger = 65_534

  /** `mode` of the data directory, which root owns. */
  function runAsStranger(mode: number, ...args: string[]) {
    const folder = mkdtempSync(join(tmpdir(), 'fic-dev-owner-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    chownSync(folder, stranger, stranger)
    const dataDir = join(folder, 'data')
    mkdirSync(dataDir)
    chmodSync(dataDir, mode)
    const { status, stderr } = spawnSync(process.execPath, [builtCli, ...args, '--data-dir', dataDir], {
      cwd: folder,
      uid: stranger,
      gid: stranger,
      env: { PATH: process.env['PATH'], HOME: folder },
      encoding: 'utf8',
    })
    return { status, stderr }
  }

  test('a data directory with mode 0777 is used, with one note', () => {
    const { status, stderr } = runAsStranger(0o777, 'keys')
    expect([status, times(stderr, 'note: ')]).toEqual([0, 1])
    expect(stderr).toContain('it belongs to another user')
  })

  test('one that cannot be written keeps its error', () => {
    const { status, stderr } = runAsStranger(0o755, 'keys')
    expect([status, times(stderr, 'FIC_DEV_E_DATA_DIR_UNUSABLE')]).toEqual([1, 1])
    expect(stderr).toContain('cannot be written: EACCES')
  })
})
