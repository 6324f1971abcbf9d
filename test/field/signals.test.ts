/** Kind 6: the number of signals is not the number of wishes. A launcher may pass Ctrl-C on; what was borrowed is given back. */

import { EventEmitter } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { awaitEnding, oneWishMs } from '../../src/cli/signals.ts'
import { createEmulator } from '../../src/emulator/index.ts'
import { startAnsweringSink } from '../subscription/world.ts'
import { callApi } from '../support/emulator-api.ts'
import { freePort } from '../support/ports.ts'
import { createFolder, follow, isReady, run, start } from '../support/process.ts'

const company = 108_061

/** A daemon that has borrowed SUB1 from a program in production. */
async function startBorrowing(flags: readonly string[] = []) {
  const emulator = await createEmulator()
  onTestFinished(() => emulator.close())
  const production = await startAnsweringSink('/production')
  await emulator.subscribe({ company, sink: production.url, types: ['issued_documents.invoices.create'] })
  const sinks = async () => {
    const { body } = await callApi(emulator.url, 'GET', `/c/${company}/subscriptions`)
    return (body.data as { sink: string }[]).map(({ sink }) => sink)
  }
  const key = Buffer.from(emulator.publicKey).toString('base64')
  const place = {
    cwd: createFolder(),
    environment: { FIC_ACCESS_TOKEN: 'any', FIC_COMPANY_ID: String(company), FIC_DEV_API_BASE: emulator.url },
  }
  const daemon = start(['--public-key', key, '--tunnel', 'none', '--take-over', 'SUB1', ...flags], place)
  const { sinkUrl } = await daemon.line(isReady)
  expect(await sinks()).toEqual([sinkUrl])
  const isRunning = () => existsSync(join(place.cwd, '.fic-dev', 'daemon.json'))
  expect(isRunning()).toBe(true)
  return { emulator, daemon, place, sinks, sinkUrl, oldSink: production.url, isRunning }
}

describe('one wish, however often it arrives within a second: SUB1 is given back after', () => {
  test.for([
    [['SIGINT', 'SIGINT'], 130],
    [['SIGINT', 'SIGTERM'], 130],
    [['SIGINT', 'SIGHUP'], 130],
    [['SIGTERM', 'SIGINT'], 0],
    [['SIGTERM', 'SIGHUP'], 0],
    [['SIGHUP', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGTERM'], 0],
  ] as const)('%j', async ([signals, exitCode]) => {
    const { emulator, daemon, sinks, oldSink, isRunning } = await startBorrowing()
    // It is in the middle of giving back when the other signals come.
    emulator.faults.set({ api: { delayMs: 400 } })
    const [first, ...others] = signals
    daemon.signal(first)
    await daemon.said('Closing')
    for (const signal of others) daemon.signal(signal)

    expect(await daemon.ended).toBe(exitCode)
    emulator.faults.set({ api: { delayMs: 0 } })
    expect(await sinks()).toEqual([oldSink])
    expect(isRunning()).toBe(false)
    expect(daemon.stderr()).not.toContain('not restored')
  })

  test('a signal, with stdout and stderr closed as by a launcher that has gone', async () => {
    const { daemon, sinks, oldSink, isRunning } = await startBorrowing(['--log-level', 'debug'])
    daemon.closeStderr()
    daemon.closeStdout()
    daemon.signal('SIGTERM')
    daemon.signal('SIGHUP')

    expect(await daemon.ended).toBe(0)
    expect(await sinks()).toEqual([oldSink])
    expect(isRunning()).toBe(false)
  })
})

test('a later Ctrl-C leaves at once, says what was not given back, and the command that it names gives it back', async () => {
  const { emulator, daemon, place, sinks, sinkUrl, oldSink, isRunning } = await startBorrowing()
  emulator.faults.set({ api: { delayMs: 600_000 } })
  daemon.signal('SIGINT')
  await daemon.said('Closing')
  // The one test that waits: another process has another clock.
  await new Promise((resolve) => setTimeout(resolve, oneWishMs + 200))
  daemon.signal('SIGINT')

  expect(await daemon.ended).toBe(130)
  // An orderly end would have removed it; what it names is gone.
  expect(isRunning()).toBe(true)
  const [, command = ''] = /(fic-dev subscriptions .*) gives it back\./.exec(daemon.stderr()) ?? []
  expect(daemon.stderr()).toContain(`The subscription SUB1 was not restored to ${oldSink}.`)
  expect(daemon.lines.at(-1)).toContain('SUB1 was not restored')
  emulator.faults.set({ api: { delayMs: 0 } })
  expect(await sinks()).toEqual([sinkUrl])
  expect((await run(command.split(' ').slice(1), place)).exitCode).toBe(0)
  expect(await sinks()).toEqual([oldSink])
})

test('one Ctrl-C while Fatture in Cloud hangs says the same', async () => {
  const { emulator, daemon, oldSink, isRunning } = await startBorrowing()
  emulator.faults.set({ api: { delayMs: 600_000 } })
  daemon.signal('SIGINT')

  expect(await daemon.ended).toBe(130)
  expect(daemon.stderr()).toContain(`The subscription SUB1 was not restored to ${oldSink}.`)
  expect(isRunning()).toBe(false)
})

test('with --on-exit keep nothing is owed', async () => {
  const { emulator, daemon, sinks, sinkUrl } = await startBorrowing(['--on-exit', 'keep'])
  daemon.signal('SIGINT')

  expect(await daemon.ended).toBe(130)
  expect(daemon.stderr()).not.toContain('not restored')
  emulator.faults.set({ api: { delayMs: 0 } })
  expect(await sinks()).toEqual([sinkUrl])
})

test('Ctrl-C that comes twice ends the emulator in order', async () => {
  const cwd = createFolder()
  const emulator = follow(['emulator', '--json', '--port', '0', '--state', 'state.json'], { cwd })
  await emulator.line(isReady)
  // The same signal twice: two different ones that are sent at once may arrive in the other order.
  emulator.signal('SIGINT')
  emulator.signal('SIGINT')

  expect(await emulator.ended).toBe(130)
  expect(existsSync(join(cwd, 'state.json'))).toBe(true)
})

test('one Ctrl-C ends a command that waits', async () => {
  const cwd = createFolder()
  const url = `http://127.0.0.1:${await freePort()}/webhooks`
  const check = follow(['check', url, '--wait', '60'], { cwd })
  await vi.waitFor(() => expect(existsSync(join(cwd, '.fic-dev'))).toBe(true), 30_000)
  check.signal('SIGINT')

  expect(await check.ended).not.toBe(0)
})

describe('signals and wishes', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'setImmediate'] }))
  afterEach(() => void vi.useRealTimers())

  function listen() {
    const signals = new EventEmitter()
    const leave = vi.fn<() => void>()
    return { signals, leave, ending: awaitEnding(leave, signals) }
  }

  test.for([
    ['SIGINT', 130],
    ['SIGBREAK', 130],
    ['SIGTERM', 0],
    ['SIGHUP', 0],
  ] as const)('the first one decides the exit code: %s', async ([signal, exitCode]) => {
    const { signals, leave, ending } = listen()
    signals.emit(signal)
    await vi.advanceTimersByTimeAsync(0)
    for (const other of ['SIGINT', 'SIGBREAK', 'SIGTERM', 'SIGHUP']) signals.emit(other)
    await vi.advanceTimersByTimeAsync(oneWishMs - 1)
    signals.emit('SIGINT')

    expect(await ending.wanted).toBe(exitCode)
    expect(leave).not.toHaveBeenCalled()
  })

  // The system delivers signals that are pending together in an order of its own.
  test.each([
    ['SIGINT', 'SIGTERM'],
    ['SIGTERM', 'SIGINT'],
  ])('of %s and %s at the same time, the interruption decides', async (one, other) => {
    const { signals, ending } = listen()
    signals.emit(one)
    signals.emit(other)
    await vi.advanceTimersByTimeAsync(0)

    expect(await ending.wanted).toBe(130)
  })

  test.each(['SIGINT', 'SIGBREAK', 'SIGTERM', 'SIGHUP'])('a later %s leaves at once', async (signal) => {
    const { signals, leave } = listen()
    signals.emit('SIGINT')
    await vi.advanceTimersByTimeAsync(oneWishMs + 1)
    signals.emit(signal)

    expect(leave).toHaveBeenCalledOnce()
  })

  test('a signal that was read late because the process was busy is the same wish', async () => {
    const { signals, leave } = listen()
    signals.emit('SIGINT')
    // The timer is due; what has arrived meanwhile is read before the immediate.
    vi.advanceTimersByTime(oneWishMs)
    signals.emit('SIGINT')

    expect(leave).not.toHaveBeenCalled()
  })

  test('a key asks first, and the signal of the same Ctrl-C comes after it', async () => {
    const { signals, leave, ending } = listen()
    ending.ask(130)
    signals.emit('SIGTERM')
    await vi.advanceTimersByTimeAsync(0)

    expect(await ending.wanted).toBe(130)
    expect(leave).not.toHaveBeenCalled()
  })

  test('a reader of stdout that goes away is no second wish', async () => {
    const { signals, leave, ending } = listen()
    signals.emit('SIGTERM')
    await vi.advanceTimersByTimeAsync(oneWishMs + 1)
    ending.ask(0)

    expect(leave).not.toHaveBeenCalled()
  })
})
