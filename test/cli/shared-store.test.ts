/** Commands and daemons that use the store of one project at the same time. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { openProjectStore, openWhenFree } from '../../src/daemon/open-store.ts'
import { FicDevError } from '../../src/errors.ts'
import { silentLog } from '../../src/log.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { builtCli } from '../support/built-cli.ts'
import { exportedLine } from '../support/exported.ts'
import { createFolder, follow, isReady, run, start } from '../support/process.ts'
import { hasProc, openDescriptors } from '../support/process-facts.ts'

const waits = /note: Another fic-dev command uses .*\.fic-dev\. Waiting up to 30 s until it ends\./

function dataDirOf(cwd: string): string {
  return join(cwd, '.fic-dev')
}

/** More than a pipe holds, and more than an export keeps in memory. */
const largeIds = ['1:large', '2:large', '3:large']
const large = largeIds.map((id) => {
  const line = JSON.parse(exportedLine(id))
  return `${JSON.stringify({ ...line, bodyBase64: Buffer.alloc(2_000_000, id).toString('base64') })}\n`
})

/** Holds the store until the test ends, or until it is closed. */
function holdStore(cwd: string): Store {
  const store = openStore({ dataDir: dataDirOf(cwd), log: silentLog() })
  onTestFinished(() => store.close())
  return store
}

/** A command whose stdout is read only when the test reads it. */
function startUnread(args: readonly string[], cwd: string, tmp: string) {
  const child = spawn(process.execPath, [builtCli, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, TMPDIR: tmp },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

test('six lists at the same time all print what is there', async () => {
  const cwd = createFolder()
  await run(['import', '-'], { cwd }, exportedLine('1:a'))

  const lists = await Promise.all(Array.from({ length: 6 }, () => run(['list', '--json'], { cwd })))

  expect(lists.map(({ exitCode, stdout }) => [exitCode, stdout.trim().split('\n').length])).toEqual(
    lists.map(() => [0, 1]),
  )
}, 60_000)

test('commands that need no store open none', async () => {
  const cwd = createFolder()
  holdStore(cwd)
  const commands = [
    'keys',
    'keys --emulator',
    'env',
    'types',
    'token a.b.c',
    'open --revoke',
    'completion bash',
    '--version',
    '--print-config',
    'doctor',
  ]

  const ended = await Promise.all(
    commands.map(async (command) => ({ command, ...(await run(command.split(' '), { cwd })) })),
  )

  for (const { command, exitCode, stdout, stderr } of ended) {
    expect({ command, exitCode, hasOutput: stdout !== '', waits: waits.test(stderr) }).toEqual({
      command,
      // The token is none.
      exitCode: command.startsWith('token') ? 1 : 0,
      hasOutput: true,
      waits: false,
    })
  }
}, 60_000)

test('keys prints the keys of a daemon that starts at the same time', async () => {
  const cwd = createFolder()
  const daemon = start(['--emulator'], { cwd })
  const beside = await run(['keys', '--emulator', '--json'], { cwd })
  await daemon.line(isReady)

  const after = await run(['keys', '--json'], { cwd })

  expect([beside.exitCode, beside.stdout]).toEqual([0, after.stdout])
}, 60_000)

test('a daemon and a command wait until another command releases the store, and say so', async () => {
  const cwd = createFolder()
  const holder = holdStore(cwd)
  const daemon = start(['--emulator'], { cwd })
  const list = follow(['list', '--json'], { cwd })
  const [{ text: says }] = await Promise.all([daemon.line(({ type }) => type === 'note'), list.said(waits)])

  holder.close()

  await daemon.line(isReady)
  expect(`note: ${says}`).toMatch(waits)
  // The store's, or the daemon's that has it now.
  expect(await list.ended).toBe(0)
})

test.skipIf(!hasProc)(
  'an export whose reader stops reading keeps no daemon from starting, and is complete; a killed one leaves no file',
  async () => {
    const cwd = createFolder()
    const tmp = join(cwd, 'tmp')
    mkdirSync(tmp)
    await run(['import', '-'], { cwd }, large.join(''))
    const [read, killed] = [startUnread(['export'], cwd, tmp), startUnread(['export'], cwd, tmp)]
    await Promise.all([once(read.stdout, 'readable'), once(killed.stdout, 'readable')])
    const files = openDescriptors(killed.pid ?? 0).filter((file) => file.startsWith(tmp))
    expect(files).toEqual([expect.stringContaining('(deleted)')])
    killed.kill('SIGKILL')
    await once(killed, 'exit')

    const daemon = start(['--emulator'], { cwd })
    await daemon.line(isReady)

    expect(daemon.lines.some((line) => line.includes('"note"'))).toBe(false)
    const lines = (await text(read.stdout)).trim().split('\n')
    expect(lines.map((line) => JSON.parse(line).notification.cloudEvent.id)).toEqual(largeIds)
    expect(readdirSync(tmp)).toEqual([])
  },
  60_000,
)

test('an import whose stdin stops keeps no daemon from starting, and goes on in the daemon', async () => {
  const cwd = createFolder()
  const importing = follow(['import', '-', '--json'], { cwd })
  importing.write(`${exportedLine('1:a')}\n`)
  const daemon = start(['--emulator'], { cwd })
  await daemon.line(isReady)

  importing.write(`${exportedLine('2:b')}\n`)
  importing.endInput()

  expect(await importing.line(() => true)).toEqual({ imported: 2, skipped: 0 })
  const { stdout } = await run(['list', '--json'], { cwd })
  expect(stdout).toContain('"2:b"')
})

test('the wait for a command that does not end is bounded', async () => {
  const cwd = createFolder()
  holdStore(cwd)
  const waiting = openProjectStore({ dataDir: dataDirOf(cwd), log: silentLog() }, { waitMs: 100 })

  await expect(waiting).rejects.toMatchObject({
    code: 'FIC_DEV_E_DATA_DIR_LOCKED',
    message: `Another fic-dev command has held ${dataDirOf(cwd)} for more than 0.1 s.`,
  })
})

test('a command that finds the store locked asks the daemon that has just started', async () => {
  const cwd = createFolder()
  holdStore(cwd)
  const answers = [null, null, 'daemon']
  const onWait = () => {}

  const opened = await openWhenFree(() => openStore({ dataDir: dataDirOf(cwd), log: silentLog() }), {
    dataDir: dataDirOf(cwd),
    wait: { onWait },
    findHolder: async () => answers.shift() ?? null,
  })

  expect(opened).toEqual({ holder: 'daemon' })
})

test('only a locked store is waited for', async () => {
  const refused = new FicDevError('STORE_NEWER', 'It is newer.')
  const waiting = openWhenFree(() => Promise.reject(refused), {
    dataDir: '',
    wait: {},
    findHolder: async () => null,
  })

  await expect(waiting).rejects.toBe(refused)
})
