import { afterEach, describe, expect, test } from 'vitest'

import { FicDevError } from '../../src/errors.ts'
import { silentLog } from '../../src/log.ts'
import { createProbe } from '../../src/tunnel/probe.ts'
import type { TunnelProvider } from '../../src/tunnel/provider.ts'
import { findProvider } from '../../src/tunnel/providers.ts'
import type { TunnelEvent } from '../../src/tunnel/record.ts'
import { createTunnel, type Tunnel, type TunnelOptions } from '../../src/tunnel/supervisor.ts'
import { nextEvent, ObedientProvider, shortTiming, statusOf } from './parts.ts'
import { sinkPath, startSink, type TestSink } from '../support/sink.ts'

const closers: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

const timing = { ...shortTiming, releaseMs: 5 }

function tunnelTo(sink: TestSink, provider: TunnelProvider, options: Partial<TunnelOptions> = {}): Tunnel {
  const { port, probe } = sink
  const tunnel = createTunnel({
    provider,
    port,
    sinkPath,
    probe,
    timing,
    subdomain: 'shop-hooks',
    log: silentLog(),
    random: () => 0.5,
    ...options,
  })
  closers.push(() => tunnel.close())
  return tunnel
}

function eventsOf(tunnel: Tunnel): TunnelEvent[] {
  const events: TunnelEvent[] = []
  tunnel.onChange((_status, event) => {
    if (event !== 'state') events.push(event)
  })
  return events
}

/** While true, the sink answers probes as a tunnel server does that has lost the tunnel. */
function cutOff(sink: TestSink, cut: boolean): void {
  sink.answerProbe = cut ? () => ({ status: 404, body: '404' }) : null
}

const ours = (sink: TestSink) => new ObedientProvider(() => ({ url: sink.origin, granted: 'shop-hooks' }))

describe('start', () => {
  test('waits until a request has come back', async () => {
    const sink = await startSink()
    const tunnel = tunnelTo(sink, ours(sink))
    expect([tunnel.status().state, tunnel.publicUrl()]).toEqual(['starting', null])
    await tunnel.start()
    expect(tunnel.publicUrl()).toBe(sink.origin)
    expect(tunnel.status()).toEqual({
      provider: 'obedient',
      state: 'up',
      publicUrl: sink.origin,
      detail: null,
      since: expect.any(String),
      history: [
        { at: expect.any(String), state: 'starting', publicUrl: null, detail: null },
        { at: expect.any(String), state: 'up', publicUrl: sink.origin, detail: null },
      ],
    })
  })

  test('asks once as Fatture in Cloud would', async () => {
    const sink = await startSink()
    await tunnelTo(sink, ours(sink), { timing: { ...timing, probeIntervalMs: 60_000 } }).start()
    expect(sink.probedBy).toEqual(['fic-dev', 'FattureInCloud/API-WEBHOOK'])
  })

  test('says when only a request of Fatture in Cloud is kept back, as by a reminder page', async () => {
    const sink = await startSink()
    sink.answerProbe = (nonce) =>
      sink.probedBy.at(-1) === 'fic-dev'
        ? { status: 200, body: sink.probe.answer(nonce) ?? '' }
        : { status: 403, body: 'no' }
    const tunnel = tunnelTo(sink, ours(sink), { timing: { ...timing, probeIntervalMs: 60_000 } })
    await tunnel.start()
    expect(tunnel.status()).toMatchObject({
      state: 'up',
      detail:
        'A request with the User-Agent of Fatture in Cloud did not reach the sink. The answer was 403 Forbidden.',
    })
  })

  test('gives up after its limit with what was tried, what to try, and nothing left open', async () => {
    const sink = await startSink()
    cutOff(sink, true)
    const provider = ours(sink)
    const tunnel = tunnelTo(sink, provider, {
      timing: { ...timing, openingLimitMs: 400, confirmLimitMs: 50 },
    })
    const error = await tunnel.start().catch((error: unknown) => error)
    expect(error).toBeInstanceOf(FicDevError)
    expect(error).toMatchObject({
      code: 'FIC_DEV_E_TUNNEL_FAILED',
      exitCode: 4,
      message: expect.stringMatching(
        /^obedient gave no working tunnel in \d+ attempts within 0\.4 s\. .*404 Not Found\.$/,
      ),
      hint: expect.stringMatching(/--tunnel.*--public-url.*--emulator/),
    })
    expect(provider.asked.length).toBeGreaterThan(1)
    expect(provider.stopped).toBe(provider.asked.length)
    expect(tunnel.status().state).toBe('stopped')
  })

  test('does not ask too early for a name that was just made', async () => {
    const sink = await startSink()
    const provider: TunnelProvider = {
      name: 'hasty',
      urlStability: 'per-start',
      runs: true,
      start: async () => ({ url: sink.origin, granted: null, isNewName: true, stop: async () => {} }),
    }
    const early = { ...timing, newNameMs: 3_600_000, openingLimitMs: 200 }
    await expect(tunnelTo(sink, provider, { timing: early }).start()).rejects.toThrow('within 0.2 s')
    expect(sink.probedBy).toEqual([])
    await tunnelTo(sink, provider, { timing: { ...timing, newNameMs: 50 } }).start()
    expect(sink.probedBy.length).toBeGreaterThan(0)
  })

  test('gives a provider the time that it needs for an attempt', async () => {
    const sink = await startSink()
    const [plain, slow] = [ours(sink), ours(sink)]
    await tunnelTo(sink, plain).start()
    await tunnelTo(sink, Object.assign(slow, { openTimeoutMs: 30_000 })).start()
    expect([plain, slow].map(({ asked }) => asked[0]?.timeoutMs)).toEqual([timing.openTimeoutMs, 30_000])
  })

  test('does not repeat an attempt that no repetition can mend', async () => {
    const sink = await startSink()
    const provider = new ObedientProvider(() => {
      throw new FicDevError('TUNNEL_PROVIDER', 'cloudflared is not installed.')
    })
    await expect(tunnelTo(sink, provider).start()).rejects.toThrow('cloudflared is not installed.')
    expect(provider.asked).toHaveLength(1)
  })

  test('ends when the tunnel is closed meanwhile', async () => {
    const sink = await startSink()
    cutOff(sink, true)
    const tunnel = tunnelTo(sink, ours(sink))
    const asked = nextEvent(tunnel, 'state')
    const failure = tunnel.start().catch((error: unknown) => error)
    await asked
    await tunnel.close()
    expect(await failure).toMatchObject({ message: 'The tunnel was closed while it opened.' })
    expect(tunnel.status().state).toBe('stopped')
  })
})

describe('a tunnel that dies', () => {
  test('is down after two probes in vain, opened again under its name, and the times are told', async () => {
    const sink = await startSink()
    const provider = ours(sink)
    const tunnel = tunnelTo(sink, provider)
    const events = eventsOf(tunnel)
    await tunnel.start()
    const probes = sink.probedBy.length
    const suspected = statusOf(tunnel, ({ state }) => state === 'suspect')
    const lost = nextEvent(tunnel, 'down')
    cutOff(sink, true)
    expect((await suspected).detail).toBe('The answer was 404 Not Found.')
    const down = await lost
    expect(sink.probedBy.length - probes).toBeGreaterThanOrEqual(2)
    expect(down).toMatchObject({
      state: 'down',
      publicUrl: sink.origin,
      detail: expect.stringMatching(
        /^The answer was 404 Not Found\. Notifications sent since \S+Z may be lost\.$/,
      ),
    })
    cutOff(sink, false)
    const up = await statusOf(tunnel, ({ state }) => state === 'up')
    expect(up.detail).toMatch(/^The tunnel was down: notifications sent between \S+Z and \S+Z may be lost\.$/)
    expect(up.history.map(({ state }) => state)).toEqual(['starting', 'up', 'suspect', 'down', 'up'])
    expect(events).toEqual(['up', 'down', 'up'])
    expect(provider.asked.map(({ desired }) => desired)).toEqual(provider.asked.map(() => 'shop-hooks'))
    expect(provider.stopped).toBe(provider.asked.length - 1)
  })

  test('is only suspected when one probe is lost', async () => {
    const sink = await startSink()
    const provider = ours(sink)
    const tunnel = tunnelTo(sink, provider)
    await tunnel.start()
    const events = eventsOf(tunnel)
    sink.answerProbe = () => {
      sink.answerProbe = null
      return { status: 503, body: '' }
    }
    await statusOf(tunnel, ({ state }) => state === 'suspect')
    await statusOf(tunnel, ({ state }) => state === 'up')
    expect(events).toEqual([])
    expect(provider.asked).toHaveLength(1)
  })

  test('is seen at once on a hint, but a hint proves nothing', async () => {
    const sink = await startSink()
    const provider = ours(sink)
    const tunnel = tunnelTo(sink, provider, { timing: { ...timing, probeIntervalMs: 3_600_000 } })
    await tunnel.start()
    const events = eventsOf(tunnel)
    const hint = () => provider.asked.at(-1)?.onHint({ kind: 'error', words: 'connection refused' })

    const suspected = statusOf(tunnel, ({ state }) => state === 'suspect')
    hint()
    expect((await suspected).detail).toBe('connection refused')
    await statusOf(tunnel, ({ state }) => state === 'up')
    expect(events).toEqual([])

    const lost = nextEvent(tunnel, 'down')
    cutOff(sink, true)
    hint()
    await lost
    cutOff(sink, false)
    await statusOf(tunnel, ({ state }) => state === 'up')
    expect(events).toEqual(['down', 'up'])
  })

  test('is seen after the clock has jumped, as it does when a machine wakes', async () => {
    const sink = await startSink()
    let jumpMs = 0
    const tunnel = tunnelTo(sink, ours(sink), {
      timing: { ...timing, probeIntervalMs: 3_600_000 },
      now: () => Date.now() + jumpMs,
    })
    await tunnel.start()
    const lost = nextEvent(tunnel, 'down')
    cutOff(sink, true)
    jumpMs = 30 * 60_000
    expect((await lost).detail).toContain('404 Not Found')
  })

  test('is seen when the subscription keeper asks', async () => {
    const sink = await startSink()
    const tunnel = tunnelTo(sink, ours(sink), { timing: { ...timing, probeIntervalMs: 3_600_000 } })
    expect((await tunnel.probeNow()).outcome).toBe('failed')
    await tunnel.start()
    expect((await tunnel.probeNow()).outcome).toBe('ok')
    expect(sink.probedBy.at(-1)).toBe('FattureInCloud/API-WEBHOOK')
    const lost = nextEvent(tunnel, 'down')
    cutOff(sink, true)
    expect(await tunnel.probeNow()).toEqual({ outcome: 'failed', reason: 'The answer was 404 Not Found.' })
    await lost
  })

  test('is tried again and again, whatever the provider throws', async () => {
    const sink = await startSink()
    const provider = ours(sink)
    const tunnel = tunnelTo(sink, provider)
    await tunnel.start()
    const problems = ['the service is down', 'still down', 'a wrong installation']
    provider.open = () => {
      const problem = problems.shift()
      if (problem === undefined) return { url: sink.origin, granted: 'shop-hooks' }
      throw problems.length > 0 ? new Error(problem) : new FicDevError('TUNNEL_PROVIDER', problem)
    }
    const told: (string | null)[] = []
    tunnel.onChange(({ detail }) => told.push(detail))
    const lost = nextEvent(tunnel, 'down')
    cutOff(sink, true)
    await lost
    cutOff(sink, false)
    await statusOf(tunnel, ({ state }) => state === 'up')
    expect(told).toEqual(
      expect.arrayContaining(['the service is down', 'still down', 'a wrong installation']),
    )
  })

  test('is not opened more than so many times an hour, and says when it goes on', async () => {
    const sink = await startSink()
    const provider = ours(sink)
    const tunnel = tunnelTo(sink, provider, { timing: { ...timing, attemptsPerHour: 2 } })
    await tunnel.start()
    provider.open = () => {
      throw new Error('no')
    }
    cutOff(sink, true)
    const waiting = await statusOf(tunnel, ({ detail }) => detail?.includes('per hour') ?? false)
    expect(waiting.detail).toMatch(
      /^The limit of 2 attempts per hour is reached; the next attempt is at \S+Z\.$/,
    )
    expect(waiting.state).toBe('down')
    expect(provider.asked).toHaveLength(2)
  })
})

describe('the address', () => {
  test('of another name than ours is not taken; it counts as held after a while', async () => {
    const sink = await startSink()
    const provider = ours(sink)
    const tunnel = tunnelTo(sink, provider, { timing: { ...timing, heldAfterMs: 100 } })
    await tunnel.start()
    const events = eventsOf(tunnel)
    provider.open = () => ({ url: 'http://127.0.0.1:9', granted: 'funny-goat-12' })
    cutOff(sink, true)
    const held = await statusOf(tunnel, ({ state }) => state === 'held')
    expect(held).toMatchObject({
      publicUrl: sink.origin,
      detail:
        'The name "shop-hooks" is in use by another tunnel; the tunnel "funny-goat-12", offered instead, was closed.',
    })
    // With the second refusal at the earliest, which may be the one that said so.
    await expect.poll(() => provider.drained).toBeGreaterThanOrEqual(1)
    provider.open = () => ({ url: sink.origin, granted: 'shop-hooks' })
    cutOff(sink, false)
    await statusOf(tunnel, ({ state }) => state === 'up')
    expect(events).toEqual(['down', 'up'])
  })

  test('of another name is taken when ours is held and the one who pays for it agrees', async () => {
    const [sink, other] = [await startSink(), await startSink()]
    other.answerProbe = (nonce) => ({ status: 200, body: sink.probe.answer(nonce) ?? '' })
    const provider = ours(sink)
    const tunnel = tunnelTo(sink, provider, {
      timing: { ...timing, heldAfterMs: 50 },
      mayTakeOtherName: () => true,
    })
    await tunnel.start()
    const events = eventsOf(tunnel)
    provider.open = () => ({ url: other.origin, granted: 'funny-goat-12' })
    cutOff(sink, true)
    const moved = await statusOf(tunnel, ({ publicUrl }) => publicUrl === other.origin)
    expect(moved.state).toBe('up')
    expect(events).toEqual(['down', 'url-changed', 'up'])
  })

  test('is asked for again when it was granted by chance', async () => {
    const sink = await startSink()
    const provider = new ObedientProvider(() => ({ url: sink.origin, granted: 'calm-cat-7' }))
    const tunnel = tunnelTo(sink, provider, { subdomain: null })
    await tunnel.start()
    const lost = nextEvent(tunnel, 'down')
    cutOff(sink, true)
    await lost
    cutOff(sink, false)
    await statusOf(tunnel, ({ state }) => state === 'up')
    expect(provider.asked.map(({ desired }) => desired).slice(0, 2)).toEqual([null, 'calm-cat-7'])
  })

  test('that changes with every start is gone while the tunnel is down, and the change is told', async () => {
    const [sink, next] = [await startSink(), await startSink()]
    next.answerProbe = (nonce) => ({ status: 200, body: sink.probe.answer(nonce) ?? '' })
    const provider = new ObedientProvider(() => ({ url: sink.origin, granted: null }), 'per-start')
    const tunnel = tunnelTo(sink, provider)
    await tunnel.start()
    const events = eventsOf(tunnel)
    provider.open = () => ({ url: next.origin, granted: null })
    const lost = nextEvent(tunnel, 'down')
    cutOff(sink, true)
    expect((await lost).publicUrl).toBeNull()
    await statusOf(tunnel, ({ state }) => state === 'up')
    expect(tunnel.publicUrl()).toBe(next.origin)
    expect(events).toEqual(['down', 'url-changed', 'up'])
  })
})

describe('an address that nothing of ours brings', () => {
  test('is up at once on loopback', async () => {
    const sink = await startSink()
    const tunnel = tunnelTo(sink, findProvider('none'))
    await tunnel.start()
    expect(tunnel.status()).toMatchObject({ provider: 'none', state: 'up', publicUrl: sink.origin })
  })

  test('is watched while it is down, with no attempt to open it', async () => {
    const sink = await startSink()
    const tunnel = tunnelTo(sink, findProvider('none', { publicUrl: sink.origin }), {
      timing: { ...timing, attemptsPerHour: 1 },
    })
    const events = eventsOf(tunnel)
    await tunnel.start()
    for (let round = 0; round < 3; round += 1) {
      cutOff(sink, true)
      await statusOf(tunnel, ({ state }) => state === 'down')
      cutOff(sink, false)
      await statusOf(tunnel, ({ state }) => state === 'up')
    }
    expect(events).toEqual(['up', 'down', 'up', 'down', 'up', 'down', 'up'])
  })

  test('whose name does not resolve here is unknown, and never counts as up', async () => {
    const sink = await startSink()
    const tunnel = tunnelTo(sink, findProvider('none', { publicUrl: 'https://nobody.invalid' }), {
      timing: { ...timing, openingLimitMs: 2_000 },
    })
    const events = eventsOf(tunnel)
    await tunnel.start()
    expect(tunnel.status()).toMatchObject({
      state: 'unknown',
      publicUrl: 'https://nobody.invalid',
      detail: expect.stringContaining('nobody.invalid cannot be resolved here'),
    })
    expect(events).toEqual([])
  })
})

test('a name that stops to resolve here makes the tunnel unknown, not down', async () => {
  const sink = await startSink()
  const real = createProbe(Buffer.from('k'))
  let resolves = true
  const provider = ours(sink)
  const tunnel = tunnelTo(sink, provider, {
    probe: {
      answer: sink.probe.answer,
      send: (url, options) =>
        resolves ? sink.probe.send(url, options) : real.send('https://nobody.invalid/secret', options),
    },
  })
  await tunnel.start()
  const events = eventsOf(tunnel)
  resolves = false
  const unknown = await statusOf(tunnel, ({ state }) => state === 'unknown')
  expect(unknown.detail).toContain('nobody.invalid')
  provider.asked.at(-1)?.onHint({ kind: 'error', words: 'connection reset' })
  resolves = true
  await statusOf(tunnel, ({ state }) => state === 'up')
  expect(events).toEqual([])
  expect(provider.asked).toHaveLength(1)
})

test('the mistake of a listener does not end the watch', async () => {
  const sink = await startSink()
  const tunnel = tunnelTo(sink, ours(sink))
  tunnel.onChange(() => {
    throw new Error('a bug elsewhere')
  })
  await tunnel.start()
  const events = eventsOf(tunnel)
  cutOff(sink, true)
  await statusOf(tunnel, ({ state }) => state === 'down')
  cutOff(sink, false)
  await statusOf(tunnel, ({ state }) => state === 'up')
  expect(events).toEqual(['down', 'up'])
})

test('the history keeps the latest 50 changes', async () => {
  const sink = await startSink()
  let count = 0
  sink.answerProbe = (nonce) => {
    count += 1
    return count > 3 && count % 2 === 0
      ? { status: 503, body: '' }
      : { status: 200, body: sink.probe.answer(nonce) ?? '' }
  }
  const tunnel = tunnelTo(sink, ours(sink), {
    timing: { ...timing, probeIntervalMs: 2, suspectIntervalMs: 2 },
  })
  await tunnel.start()
  await statusOf(tunnel, () => count > 70)
  const { history } = tunnel.status()
  expect(history).toHaveLength(50)
  expect(history.map(({ state }) => state)).not.toContain('starting')
})

test('after close nothing is open, asked or told', async () => {
  const sink = await startSink()
  const provider = ours(sink)
  const tunnel = tunnelTo(sink, provider)
  await tunnel.start()
  await tunnel.close()
  expect(tunnel.status()).toMatchObject({ state: 'stopped', detail: null })
  const probes = sink.probedBy.length
  const { history } = tunnel.status()
  provider.asked.at(-1)?.onHint({ kind: 'exit', words: 'gone' })
  expect((await tunnel.probeNow()).outcome).toBe('failed')
  await tunnel.close()
  expect([provider.stopped, sink.probedBy.length, tunnel.status().history]).toEqual([1, probes, history])
})
