/** What the daemon does with a data directory that is damaged, newer, or in use. */

import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Libsql from 'libsql'
import { expect, test } from 'vitest'
import { builtCli } from '../support/built-cli.ts'
import { createFolder, run, start, type JsonLine } from '../support/process.ts'

const isReady = (line: JsonLine) => line['type'] === 'ready'
const strace = ['-f', '-y', '-e', 'trace=fsync,rename', '-o', 'calls']
const hasStrace = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0
const loopback = ['--tunnel', 'none']

function databaseOf(cwd: string): string {
  return join(cwd, '.fic-dev', 'fic-dev.db')
}

async function startAndStop(cwd: string): Promise<void> {
  const daemon = start(loopback, { cwd })
  await daemon.line(isReady)
  daemon.signal('SIGTERM')
  expect(await daemon.ended).toBe(0)
}

test('a second daemon says which process holds the data dir; when that is killed, the next one starts', async () => {
  const cwd = createFolder()
  const first = start(loopback, { cwd })
  await first.line(isReady)
  const daemonFile = () => JSON.parse(readFileSync(join(cwd, '.fic-dev', 'daemon.json'), 'utf8'))
  const { pid } = daemonFile()

  const second = await run(['start', '--json', ...loopback, '--port', '0', '--sink-port', '0'], { cwd })
  expect(second.exitCode).toBe(1)
  expect(JSON.parse(second.stdout)).toMatchObject({
    type: 'error',
    error: {
      code: 'FIC_DEV_E_DATA_DIR_LOCKED',
      message: expect.stringContaining(`process ${pid} holds`),
    },
  })
  expect(daemonFile().pid).toBe(pid)

  first.signal('SIGKILL')
  await first.ended
  await startAndStop(cwd)
})

test('a store of a newer fic-dev is refused with exit code 1, and stays as it is', async () => {
  const cwd = createFolder()
  await startAndStop(cwd)
  const database = new Libsql(databaseOf(cwd))
  database.exec('PRAGMA user_version = 999')
  database.close()
  const before = readFileSync(databaseOf(cwd))

  const refused = await run(['start', '--json', ...loopback], { cwd })

  expect(refused.exitCode).toBe(1)
  expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'FIC_DEV_E_STORE_NEWER' } })
  expect(readFileSync(databaseOf(cwd)).subarray(100).equals(before.subarray(100))).toBe(true)
  expect(readdirSync(join(cwd, '.fic-dev')).filter((name) => name.includes('damaged'))).toEqual([])
})

test('a damaged store is set aside, said so, and the daemon runs with a new one at the same sink', async () => {
  const cwd = createFolder()
  await startAndStop(cwd)
  const secrets = readFileSync(join(cwd, '.fic-dev', 'secrets.json'), 'utf8')
  const { sinkSecret } = JSON.parse(secrets)
  writeFileSync(databaseOf(cwd), readFileSync(databaseOf(cwd)).fill(0x5a, 0, 64))

  const daemon = start(loopback, { cwd })
  const { sinkUrl } = await daemon.line(isReady)

  expect(daemon.stderr()).toContain('database damaged, set aside, new one begun')
  expect(sinkUrl.endsWith(`/${sinkSecret}`)).toBe(true)
  const answer = await fetch(sinkUrl, { method: 'POST', body: '{}' })
  expect(answer.status).toBe(200)
  await daemon.line((line) => line['type'] === 'notification' && line['notification'].seq === 1)
  expect(readdirSync(join(cwd, '.fic-dev')).filter((name) => name.includes('.damaged-'))).toHaveLength(1)
})

test('a secrets file that a power cut has cut short is kept under another name, reported, and replaced once', async () => {
  const cwd = createFolder()
  await startAndStop(cwd)
  const dataDir = join(cwd, '.fic-dev')
  const whole = readFileSync(join(dataDir, 'secrets.json'), 'utf8')
  const half = whole.slice(0, whole.length / 2)
  writeFileSync(join(dataDir, 'secrets.json'), half)

  const refused = await run(['keys'], { cwd })
  expect(refused.exitCode).toBe(1)
  expect(refused.stderr).toContain('FIC_DEV_E_DATA_DIR_UNUSABLE')
  expect(readFileSync(join(dataDir, 'secrets.json'), 'utf8')).toBe(half)

  const daemon = start(loopback, { cwd })
  const { sinkUrl } = await daemon.line(isReady)

  expect(daemon.stderr()).toContain('secrets damaged, set aside')
  const [aside, ...others] = readdirSync(dataDir).filter((name) => name.startsWith('secrets.json.damaged-'))
  expect(others).toEqual([])
  expect(readFileSync(join(dataDir, aside ?? ''), 'utf8')).toBe(half)
  expect(sinkUrl).not.toContain(JSON.parse(whole).sinkSecret)
  daemon.signal('SIGTERM')
  expect(await daemon.ended).toBe(0)

  const again = start(loopback, { cwd })
  expect((await again.line(isReady))['sinkUrl'].split('/').at(-1)).toBe(sinkUrl.split('/').at(-1))
})

test.skipIf(!hasStrace)(
  'each secrets file is on the disk before it takes its name, and its name after that',
  () => {
    const cwd = createFolder()
    const ended = spawnSync('strace', [...strace, process.execPath, builtCli, 'keys'], { cwd })
    expect(ended.status).toBe(0)

    const calls = readFileSync(join(cwd, 'calls'), 'utf8')
      .split('\n')
      .filter((call) => call.includes('= 0'))
    const renamed = calls.findIndex((call) => /rename\(.*secrets\.json\.\d+\.new", /.test(call))

    expect(calls[renamed - 1]).toMatch(/fsync\(\d+<.*\/secrets\.json\.\d+\.new>\)/)
    expect(calls[renamed + 1]).toMatch(/fsync\(\d+<.*\/\.fic-dev>\)/)
  },
)
