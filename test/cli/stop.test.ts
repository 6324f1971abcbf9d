/** `stop`: an end in order, through the API of the daemon that proves itself. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { stopDaemon } from '../../src/cli/commands/stop.ts'
import { isAlive, readDaemonFile } from '../../src/daemon/daemon-file.ts'
import { createEmulator } from '../../src/emulator/index.ts'
import { startDaemon, temporaryFolder } from '../support/daemon.ts'
import { createFolder, isReady, run, start, type JsonLine } from '../support/process.ts'
import { startAnsweringSink } from '../subscription/world.ts'

test('stop ends a daemon in a terminal, which gives back what it took over; both say so', async () => {
  await using emulator = await createEmulator()
  const production = await startAnsweringSink('/production')
  const company = 108_061
  await emulator.subscribe({ company, sink: production.url, types: ['issued_documents.invoices.create'] })
  const place = {
    cwd: createFolder(),
    environment: { FIC_ACCESS_TOKEN: 'any', FIC_COMPANY_ID: String(company), FIC_DEV_API_BASE: emulator.url },
  }
  const key = Buffer.from(emulator.publicKey).toString('base64')
  const daemon = start(['--public-key', key, '--tunnel', 'none', '--take-over', 'SUB1'], place)
  await daemon.line(isReady)
  const logs = await run(['logs'], place)
  expect([logs.exitCode, logs.stderr.includes('has no log file')]).toEqual([1, true])

  const stopped = await run(['stop'], place)
  expect(stopped.exitCode).toBe(0)
  const given = `SUB1 has its old sink again: ${production.url}.`
  expect(stopped.stderr).toContain(given)
  expect(await daemon.ended).toBe(0)
  expect(daemon.lines.map((line) => JSON.parse(line) as JsonLine)).toContainEqual({
    type: 'note',
    text: expect.stringContaining(given),
  })
})

test('stop says what was not given back, with exit code 5', async () => {
  await using emulator = await createEmulator()
  const production = await startAnsweringSink('/production')
  await emulator.subscribe({ sink: production.url, types: ['issued_documents.invoices.create'] })
  const place = { cwd: createFolder(), environment: { FIC_DEV_API_BASE: emulator.url } }
  const key = Buffer.from(emulator.publicKey).toString('base64')
  const flags = ['--company', '108061', '--public-key', key, '--tunnel', 'none', '--take-over', 'SUB1']
  const daemon = start(flags, place)
  await daemon.line(isReady)
  emulator.faults.set({ api: { delayMs: 600_000 } })

  const { exitCode, stderr } = await run(['stop'], place)
  expect(exitCode).toBe(5)
  expect(stderr).toContain(`The subscription SUB1 was not restored to ${production.url}.`)
  // With the flags that the daemon was given.
  expect(stderr).toContain('fic-dev subscriptions restore --company 108061 gives it back.')
  expect(await daemon.ended).toBe(0)
})

test('a process that does not prove to be fic-dev is never ended', async () => {
  const cwd = createFolder()
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  onTestFinished(() => void other.kill('SIGKILL'))
  await once(other, 'spawn')
  const pid = other.pid ?? 0
  const daemon = start(['--emulator'], { cwd })
  await daemon.line(isReady)
  daemon.signal('SIGKILL')
  await daemon.ended
  const file = join(cwd, '.fic-dev', 'daemon.json')
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), pid }))

  const { exitCode, stdout } = await run(['stop', '--json'], { cwd })
  expect([exitCode, JSON.parse(stdout)]).toMatchObject([0, { stopped: false }])
  expect(isAlive(pid)).toBe(true)
  // One that answers and does not end is named, and left alone.
  const silent = { request: () => new Promise<never>(() => {}) }
  await expect(stopDaemon(silent, { pid }, 100)).rejects.toMatchObject({
    code: 'FIC_DEV_E_DAEMON_UNREACHABLE',
    message: expect.stringContaining(`process ${pid}`),
  })
  expect(isAlive(pid)).toBe(true)
})

test('POST /api/stop ends the process that it names and no other, and is answered before the end', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  const stop = (body: unknown) =>
    fic.api('/api/stop', { method: 'POST', body: body === undefined ? null : JSON.stringify(body) })
  expect((await stop(undefined)).status).toBe(400)
  expect((await stop({ pid: process.pid + 1 })).status).toBe(400)
  expect((await fic.api('/api/status')).status).toBe(200)

  const answer = await stop({ pid: process.pid })
  expect(await answer.json()).toEqual({ pid: process.pid, subscriptions: [], owed: [] })
  await expect.poll(() => readDaemonFile(fic.config.dataDir)).toBeNull()
})
