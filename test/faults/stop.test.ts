/** A stop is orderly and takes seconds, whatever hangs: the target, Fatture in Cloud, a sender, a terminal. */

import { existsSync, readFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  createFolder,
  isReady,
  type JsonLine,
  pidIn,
  type Running,
  start,
  storedIds,
} from '../support/process.ts'
import { hasTerminal, openTerminal } from '../support/terminal.ts'
import { createEmulator, type Emulator } from '../../src/emulator/index.ts'
import { openWire, toRequest } from '../support/wire.ts'
import { startTarget } from '../support/target.ts'
import { post, publicKey } from '../support/load.ts'

/** The promise is 5 s; the rest is for a machine that has other things to do. Without a limit it would take for ever. */
const limitMs = 12_000

const isEvent = (line: JsonLine) => line['type'] === 'notification' && line['notification'].kind === 'event'

/** Fails where the process is still there after the limit. */
async function endOf(daemon: Pick<Running, 'ended'>): Promise<number | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it still runs')), limitMs)
  })
  return Promise.race([daemon.ended, late]).finally(() => clearTimeout(timer))
}

const isOrderly = (cwd: string) => !existsSync(join(cwd, '.fic-dev', 'daemon.json'))

/** A daemon with everything hanging at once: a delivery, a replay, half a request, and Fatture in Cloud itself. */
async function startHanging(): Promise<{ cwd: string; daemon: Running; emulator: Emulator }> {
  const cwd = createFolder()
  const target = await startTarget()
  onTestFinished(() => target.close())
  const emulator = await createEmulator()
  onTestFinished(() => emulator.close())
  const key = Buffer.from(emulator.publicKey).toString('base64')
  const flags = ['--api-base', emulator.url, '--public-key', key, '--tunnel', 'none', '--on-exit', 'delete']
  const daemon = start([...flags, '-f', target.url], { cwd })
  const { sinkUrl } = await daemon.line(isReady)
  await target.waitFor(1)
  target.answerWith(() => {})
  await emulator.trigger({ type: 'taxes.create', ids: [5] })
  await daemon.line(isEvent)
  await target.waitFor(2)
  startReplay(cwd)
  await target.waitFor(3)
  const { port, pathname } = new URL(sinkUrl)
  const wire = await openWire(Number(port))
  onTestFinished(() => wire[Symbol.dispose]())
  wire.send(toRequest(`POST ${pathname}`, ['Host: x', 'Content-Length: 100']))
  emulator.faults.set({ api: { delayMs: 600_000 } })
  return { cwd, daemon, emulator }
}

/** Begun, not waited for. */
function startReplay(cwd: string): void {
  const { inspectorUrl, token } = JSON.parse(readFileSync(join(cwd, '.fic-dev', 'daemon.json'), 'utf8'))
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const url = new URL('/api/notifications/2/replay', inspectorUrl)
  void fetch(url, { method: 'POST', headers, body: '{}' }).catch(() => {})
}

test.for([
  ['SIGINT', 130],
  ['SIGTERM', 0],
  ['SIGHUP', 0],
] as const)('%s ends it in order while everything hangs', async ([signal, exitCode]) => {
  const { cwd, daemon } = await startHanging()
  daemon.signal(signal)

  expect(await endOf(daemon)).toBe(exitCode)
  expect(isOrderly(cwd)).toBe(true)
})

test('what Fatture in Cloud or the target did not let us finish is said and kept', async () => {
  const { cwd, daemon } = await startHanging()
  daemon.signal('SIGTERM')
  await endOf(daemon)

  expect(daemon.stderr()).toContain('subscription left as it is')
  const again = start(['--tunnel', 'none'], { cwd })
  await again.line(isReady)
  expect(again.stderr()).not.toContain('damaged')
  again.signal('SIGTERM')
  expect(await endOf(again)).toBe(0)
})

test.skipIf(!hasTerminal)('a terminal that is closed ends the daemon in order', async () => {
  const cwd = createFolder()
  const ports = ['--port', '0', '--sink-port', '0', '--emulator-port', '0']
  const terminal = openTerminal(['--emulator', ...ports], { cwd })
  await terminal.shows('fic-dev is ready')
  const pid = pidIn(cwd)
  onTestFinished(() => endIfThere(pid))
  terminal.kill()
  await terminal.ended

  await gone(pid)
  expect(isOrderly(cwd)).toBe(true)
})

test('who is being answered when the stop comes gets the answer; who comes later is not taken in', async () => {
  const cwd = createFolder()
  let answer = () => {}
  await using target = await startTarget(0, (_request, response) => {
    answer = () => void response.writeHead(202).end()
  })
  const agent = new Agent()
  onTestFinished(() => agent.destroy())
  const flags = ['--tunnel', 'none', '--public-key', publicKey, '--respond', 'passthrough']
  const daemon = start([...flags, '-f', target.url], { cwd })
  const { sinkUrl } = await daemon.line(isReady)
  const status = post(sinkUrl, '1:in-flight', agent)
  await target.waitFor(1)
  daemon.signal('SIGTERM')
  await daemon.said('Closing')
  // The port is closed before the answer is given.
  const refused = () => post(sinkUrl, '2:late', agent).catch((error: Error) => error.message)
  await expect.poll(refused).toMatch(/ECONNREFUSED/)
  answer()

  expect(await status).toBe(202)
  expect(await endOf(daemon)).toBe(0)
  expect(await storedIds(cwd)).toEqual(['1:in-flight'])
})

test('SIGHUP again and again, as a closing terminal sends it, is no reason to hurry', async () => {
  const cwd = createFolder()
  const daemon = start(['--emulator'], { cwd })
  await daemon.line(isReady)
  daemon.signal('SIGHUP')
  daemon.signal('SIGHUP')
  daemon.closeStdout()
  daemon.signal('SIGHUP')

  expect(await endOf(daemon)).toBe(0)
  expect(isOrderly(cwd)).toBe(true)
})

test('a reader of stderr that goes away does not disturb it', async () => {
  const cwd = createFolder()
  const daemon = start(['--emulator', '--log-level', 'debug'], { cwd })
  const { emulatorUrl } = await daemon.line(isReady)
  daemon.closeStderr()
  await fetch(`${emulatorUrl}/_emulator/trigger`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"type":"taxes.create"}',
  })
  await daemon.line(isEvent)
  daemon.signal('SIGTERM')

  expect(await endOf(daemon)).toBe(0)
})

/** No event tells of the end of a process that is not ours. */
async function gone(pid: number): Promise<void> {
  while (existsSync(`/proc/${pid}`)) await new Promise((resolve) => setTimeout(resolve, 50))
}

function endIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended, as it should.
  }
}
