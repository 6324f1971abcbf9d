/** Each way in which a target can end, spoil or drag out an exchange ends the attempt, for every sender. */

import { createServer as createTlsServer } from 'node:tls'
import { createServer, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { checkCases } from '../../src/check/cases.ts'
import { runCases } from '../../src/check/run.ts'
import { createSender } from '../../src/delivery/send.ts'
import { send as sendAsEmulator } from '../../src/emulator/sender.ts'
import { startExchange, type ExchangeResult } from '../../src/http/exchange.ts'
import { createProbe } from '../../src/tunnel/probe.ts'
import { openDelivery } from '../delivery/parts.ts'
import { createTestWorld } from '../support/check-world.ts'
import { sampleCapture } from '../support/capture.ts'
import { createFolder, isReady, run, start, type JsonLine, type Running } from '../support/process.ts'
import { freePort } from '../support/ports.ts'
import { startRawTarget } from '../support/raw-target.ts'

const timeoutMs = 2_000
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'

/** Writes again and again until the connection is closed. */
function forever(socket: Socket, text: string): void {
  const push = () => {
    while (!socket.destroyed && socket.write(text));
  }
  socket.on('drain', push)
  push()
}

/** Status and body of an answer, or the reason why there is none. */
type Outcome = { status: number; body: string } | { reason: unknown }

const closed = { reason: 'the connection was closed without an answer' }
const inTheMiddle = { reason: 'the connection was closed in the middle of the answer' }
const late = { reason: 'no answer within 2 s' }
const notHttp = {
  reason: expect.stringMatching(
    /^the answer was (?:not HTTP|TLS, not HTTP)|^the headers of the answer are too long|within 1 s/,
  ),
}
const upgraded = { reason: 'the answer was 101 Switching Protocols, which was not asked for' }
const answered = { status: 200, body: 'ok' }

const misbehaviors: [name: string, behave: (socket: Socket) => void, outcome: Outcome][] = [
  // Closed and reset.
  ['closes without an answer', (socket) => socket.end(), closed],
  ['resets without an answer', (socket) => socket.resetAndDestroy(), closed],
  ['destroys without an answer', (socket) => socket.destroy(), closed],
  ['closes in the status line', (socket) => socket.end('HTTP/1.1 2'), closed],
  [
    'resets in the status line',
    (socket) => void socket.write('HTTP/1.1 2', () => socket.resetAndDestroy()),
    closed,
  ],
  ['closes in the headers', (socket) => socket.end('HTTP/1.1 200 OK\r\nA: b\r\n'), closed],
  ['closes in a header name', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-L'), closed],
  [
    'closes before a promised body',
    (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n'),
    inTheMiddle,
  ],
  [
    'closes in a promised body',
    (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok'),
    inTheMiddle,
  ],
  [
    'resets in a promised body',
    (socket) =>
      void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok', () => socket.resetAndDestroy()),
    {
      reason: expect.stringMatching(/^the connection was closed (without an|in the middle of the) answer$/),
    },
  ],
  ['closes in a chunk', (socket) => socket.end(`${chunked}9\r\nok`), inTheMiddle],
  ['closes between chunks', (socket) => socket.end(`${chunked}2\r\nok\r\n`), inTheMiddle],
  // Silent and endless.
  ['says nothing', () => {}, late],
  ['stops in the status line', (socket) => void socket.write('HTTP/1.1 200'), late],
  ['stops in the headers', (socket) => void socket.write('HTTP/1.1 200 OK\r\nA: b'), late],
  [
    'stops in the body',
    (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok'),
    answered,
  ],
  ['stops between chunks', (socket) => void socket.write(`${chunked}2\r\nok\r\n`), answered],
  [
    'never closes a body without a length',
    (socket) => void socket.write('HTTP/1.1 200 OK\r\n\r\nok'),
    answered,
  ],
  [
    'sends headers without end',
    (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n')
      forever(socket, `A: ${'x'.repeat(500)}\r\n`)
    },
    notHttp,
  ],
  [
    'sends one header without end',
    (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nA: ')
      forever(socket, 'x'.repeat(10_000))
    },
    notHttp,
  ],
  [
    'sends a status line without end',
    (socket) => {
      socket.write('HTTP/1.1 200 ')
      forever(socket, 'x'.repeat(10_000))
    },
    { reason: expect.stringMatching(/not HTTP|too long|within 1 s/) },
  ],
  // Information only.
  ['sends 100 and nothing else', (socket) => void socket.write('HTTP/1.1 100 Continue\r\n\r\n'), late],
  [
    'sends 103 and nothing else',
    (socket) => void socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'),
    late,
  ],
  ['sends 103 and closes', (socket) => socket.end('HTTP/1.1 103 Early Hints\r\n\r\n'), closed],
  ['sends 199 and closes', (socket) => socket.end('HTTP/1.1 199 Whatever\r\n\r\n'), closed],
  [
    'sends 100, 103 and an answer',
    (socket) => void socket.write(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n${ok}`),
    answered,
  ],
  [
    'sends 102 and nothing else',
    (socket) => void socket.write('HTTP/1.1 102 Processing\r\n\r\n'),
    { status: 102, body: '' },
  ],
  [
    'sends 102 and closes',
    (socket) => socket.end('HTTP/1.1 102 Processing\r\n\r\n'),
    { status: 102, body: '' },
  ],
  // Upgrades.
  [
    'switches to another protocol',
    (socket) =>
      void socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      ),
    upgraded,
  ],
  [
    'switches, and goes on with bytes',
    (socket) =>
      void socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n\0\0\0',
      ),
    upgraded,
  ],
  [
    'switches and closes',
    (socket) =>
      socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
    upgraded,
  ],
  [
    'answers 101 without naming a protocol',
    (socket) => void socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
    upgraded,
  ],
  [
    'sends 102, then switches',
    (socket) =>
      void socket.write(
        'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      ),
    upgraded,
  ],
  // Not HTTP, or broken.
  ['speaks another protocol', (socket) => void socket.write('SSH-2.0-OpenSSH_9.6\r\n'), notHttp],
  [
    'starts with the HTTP/2 preface',
    (socket) => void socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    notHttp,
  ],
  [
    'starts with an HTTP/2 frame',
    (socket) => void socket.write(Buffer.from('000000040000000000', 'hex')),
    notHttp,
  ],
  ['sends a TLS alert', (socket) => socket.end(Buffer.from('15030300020228', 'hex')), notHttp],
  ['sends a header with NUL', (socket) => void socket.write('HTTP/1.1 200 OK\r\nA\0: b\r\n\r\n'), notHttp],
  [
    'sends a length that is no number',
    (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\nok'),
    notHttp,
  ],
  [
    'sends two different lengths',
    (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok'),
    notHttp,
  ],
  [
    'sends a length and chunks',
    (socket) =>
      void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok'),
    notHttp,
  ],
  ['sends a chunk size that is no number', (socket) => void socket.write(`${chunked}zz\r\nok\r\n`), notHttp],
  ['sends a chunk longer than its size', (socket) => void socket.write(`${chunked}1\r\nokay\r\n`), notHttp],
  // Too much.
  ['sends more than the length', (socket) => void socket.write(`${ok}garbage`), answered],
  [
    'sends two answers',
    (socket) => void socket.write(`${ok}HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n`),
    answered,
  ],
  [
    'sends bytes after the last chunk',
    (socket) => void socket.write(`${chunked}2\r\nok\r\n0\r\n\r\ngarbage`),
    answered,
  ],
  ['answers and closes at once', (socket) => socket.end(ok), answered],
]

/** What the test compares, of any sender. */
function toOutcome(status: number | null, body: string | null, error: string | null) {
  return status === null ? { reason: error } : { status, body: body ?? '' }
}

function summarize(result: ExchangeResult) {
  return result.isAnswered
    ? toOutcome(result.status, result.body.toString(), null)
    : toOutcome(null, null, result.reason)
}

const post = (url: string) => ({ method: 'POST', url: new URL(url), headers: [], body: Buffer.from('{}') })

async function exchangeOnce(behave: (socket: Socket) => void) {
  const target = await startRawTarget(behave)
  return summarize(await startExchange(post(target.url), { timeoutMs }).result)
}

/** Twice over kept connections: what the first answer leaves behind must not spoil the second. */
async function deliverTwice(behave: (socket: Socket) => void) {
  const target = await startRawTarget(behave)
  const sender = createSender({ maxSockets: 1, insecure: false })
  onTestFinished(() => sender.close())
  const send = async () => {
    const first = await sender.send(post(target.url), { timeoutMs })
    // As the queue does.
    const last = first.isStale ? await sender.send(post(target.url), { timeoutMs, isFresh: true }) : first
    return toOutcome(last.status, last.body, last.error)
  }
  return [await send(), await send()]
}

async function emulateOnce(behave: (socket: Socket) => void) {
  const target = await startRawTarget(behave)
  const message = { method: 'POST' as const, url: target.url, headers: {}, body: '{}' }
  const { status, body, error } = await sendAsEmulator(message, timeoutMs, new AbortController().signal)
  return toOutcome(status, body, error)
}

async function probeOnce(behave: (socket: Socket) => void) {
  const target = await startRawTarget(behave)
  return (await createProbe(Buffer.from('key')).send(target.url, { timeoutMs })).outcome
}

async function replayOnce(behave: (socket: Socket) => void) {
  const target = await startRawTarget(behave)
  const { deliverer, capture } = await openDelivery([], { timeoutMs })
  const { seq } = await capture()
  const { status, responseBody, error } = await deliverer.replay(seq, { to: target.url })
  return toOutcome(status, responseBody, error)
}

/** What Fatture in Cloud gets for an event and for a verification. */
async function passThroughOnce(behave: (socket: Socket) => void) {
  const target = await startRawTarget(behave)
  const { deliverer, store } = await openDelivery([target.url], { timeoutMs })
  const event = await store.capture(sampleCapture(), { targets: [] })
  const verification = await store.capture(sampleCapture({ kind: 'verification', method: 'GET' }), {
    targets: [],
  })
  const own = { status: 200, body: '{"verification":"a"}' }
  const [toEvent, toVerification] = await Promise.all([
    deliverer.passThrough(event, { challenge: null, answer: { status: 200, body: null } }),
    deliverer.passThrough(verification, { challenge: 'a', answer: own }),
  ])
  return [toEvent?.status, toVerification?.body]
}

async function checkOnce(behave: (socket: Socket) => void) {
  const target = await startRawTarget(behave)
  const sender = createSender({ maxSockets: 1, insecure: false })
  onTestFinished(() => sender.close())
  const world = await createTestWorld(target.url)
  const cases = checkCases.filter(({ name }) => name === 'binary')
  const results = []
  const options = { world, exchange: sender.send, timeoutMs, waitMs: 10_000 }
  for await (const result of runCases(cases, options)) results.push(result)
  const [, binary] = results
  return binary?.status === null ? { reason: binary.says } : { status: binary?.status }
}

test.each(misbehaviors)(
  'a target that %s ends an exchange, deliveries, a replay, passthroughs, a case of check, a message of the emulator and a probe',
  async (_name, behave, outcome) => {
    const [exchanged, delivered, replayed, passed, checked, emulated, probed] = await Promise.all([
      exchangeOnce(behave),
      deliverTwice(behave),
      replayOnce(behave),
      passThroughOnce(behave),
      checkOnce(behave),
      emulateOnce(behave),
      probeOnce(behave),
    ])
    const status = 'status' in outcome ? outcome.status : null

    expect(exchanged).toEqual(outcome)
    expect(delivered).toEqual([outcome, outcome])
    expect(replayed).toEqual(outcome)
    // A lone 102 can't be relayed as an answer.
    expect(passed).toEqual([status === null ? 503 : 200, '{"verification":"a"}'])
    expect(checked).toEqual(status === null ? outcome : { status })
    // How long Fatture in Cloud waits for the end of a body is unknown, so the emulator wants all of it.
    expect([outcome, { reason: 'no whole answer within 2 s' }]).toContainEqual(emulated)
    expect(probed).toBe('failed')
  },
)

test('a TLS server whose certificate is not known, and a plain server asked for TLS, end the exchange with the reason', async () => {
  const plain = await startRawTarget((socket) => void socket.write(ok))
  const https = new URL(plain.url.replace('http:', 'https:'))
  const asked = await startExchange(
    { method: 'GET', url: https, headers: [], body: Buffer.alloc(0) },
    { timeoutMs },
  ).result
  expect(asked).toMatchObject({ isAnswered: false, reason: expect.any(String) })

  const port = await freePort()
  // Without a certificate, every handshake fails with an alert.
  const server = createTlsServer({}).listen(port, '127.0.0.1')
  onTestFinished(() => void server.close())
  const refused = await startExchange(
    { method: 'GET', url: new URL(`https://127.0.0.1:${port}/`), headers: [], body: Buffer.alloc(0) },
    { timeoutMs },
  ).result
  expect(refused).toMatchObject({ isAnswered: false, reason: expect.any(String) })
})

test('an answer before the request is read ends the exchange, and its connection makes way for the next', async () => {
  const port = await freePort()
  let connections = 0
  const server = createServer((socket) => {
    connections++
    socket.on('error', () => {})
    socket.pause()
    socket.write(ok)
  }).listen(port, '127.0.0.1')
  onTestFinished(() => void server.close())
  const sender = createSender({ maxSockets: 1, insecure: false })
  onTestFinished(() => sender.close())
  // More than the buffers of both sockets hold.
  const request = { ...post(`http://127.0.0.1:${port}/`), body: Buffer.alloc(32 * 1024 * 1024) }

  for (let round = 1; round <= 2; round++) {
    expect(await sender.send(request, { timeoutMs: 0 })).toMatchObject({ status: 200, body: 'ok' })
    expect(connections).toBe(round)
  }
})

/** Each request at its own behavior; the last one for all that follow. */
function inTurn(...behaviors: ((socket: Socket) => void)[]) {
  return startRawTarget((socket, number) => behaviors[Math.min(number, behaviors.length) - 1]?.(socket))
}

const switchProtocols = (socket: Socket) =>
  void socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
const answerOk = (socket: Socket) => void socket.write(ok)

describe('the built program', () => {
  /** The deliveries that have ended, in order; those before `ready` too. */
  const endedIn = (daemon: Running): JsonLine[] =>
    daemon.lines
      .map((line): JsonLine => JSON.parse(line))
      .filter(({ type, delivery }) => type === 'delivery' && delivery.durationMs !== null)
      .map(({ delivery }) => delivery)

  async function ends(daemon: Running, count: number): Promise<void> {
    await expect.poll(() => endedIn(daemon).length, { interval: 20 }).toBeGreaterThanOrEqual(count)
  }

  async function startWith(target: { url: string }, ...flags: string[]) {
    const cwd = createFolder()
    const place = { cwd, environment: { FIC_DEV_TIMEOUT: '1' } }
    const daemon = start(['--emulator', '-f', target.url, ...flags], place)
    await daemon.line(isReady)
    return { cwd, daemon }
  }

  async function stop(daemon: Running): Promise<void> {
    daemon.signal('SIGINT')
    expect([0, 130]).toContain(await daemon.ended)
  }

  test('after one 101, the next attempt and the next notification arrive, and a replay ends', async () => {
    const target = await inTurn(switchProtocols, answerOk)
    const { cwd, daemon } = await startWith(target)
    await ends(daemon, 2)
    const [first, second] = endedIn(daemon)
    expect(first).toMatchObject({
      attempt: 1,
      status: null,
      error: 'the answer was 101 Switching Protocols, which was not asked for',
      verdict: 'retried',
    })
    expect(second).toMatchObject({ attempt: 2, seq: first?.['seq'], status: 200 })

    await run(['trigger', 'receipts.create'], { cwd })
    await ends(daemon, 3)
    expect(endedIn(daemon)[2]).toMatchObject({ attempt: 1, status: 200 })
    const replay = await run(['replay', String(first?.['seq']), '--json'], { cwd })
    expect(replay.exitCode).toBe(0)
    await stop(daemon)
  })

  test('a target that answers every request 101 hangs neither a replay nor the exit', async () => {
    const target = await inTurn(switchProtocols)
    const { cwd, daemon } = await startWith(target)
    await ends(daemon, 1)
    const replay = await run(['replay', String(endedIn(daemon)[0]?.['seq']), '--json'], { cwd })

    expect(replay.stdout).toContain('101 Switching Protocols')
    await stop(daemon)
  })

  test('with passthrough, fic-dev answers the verification of a target that answers 101', async () => {
    const target = await inTurn(switchProtocols)
    const { cwd, daemon } = await startWith(target, '--respond', 'passthrough')
    const { stdout } = await run(['show', '1', '--json'], { cwd })

    expect(JSON.parse(stdout).notification).toMatchObject({
      kind: 'verification',
      answer: { status: 200, body: expect.stringContaining('verification') },
    })
    await stop(daemon)
  })

  test('a kept connection that is reset after a request: the repetition is attempt 2, at once and in order', async () => {
    // The welcome is answered, and its connection kept; the next request on it is reset.
    const target = await startRawTarget((socket, number) =>
      number === 2 ? void socket.resetAndDestroy() : answerOk(socket),
    )
    const { cwd, daemon } = await startWith(target)
    await ends(daemon, 1)
    await run(['trigger', 'receipts.create', '--count', '2'], { cwd })
    await ends(daemon, 4)

    const [welcome, reset, repeated, next] = endedIn(daemon)
    const seq = Number(welcome?.['seq']) + 1
    expect(reset).toMatchObject({
      seq,
      attempt: 1,
      status: null,
      error: 'the connection was closed without an answer',
      verdict: 'retried',
      nextAttemptAt: expect.any(String),
    })
    expect(repeated).toMatchObject({ seq, attempt: 2, status: 200 })
    expect(next).toMatchObject({ seq: seq + 1, attempt: 1, status: 200 })
    expect(target.requests.map(({ lines }) => lines.find((line) => /x-fic-dev-attempt/i.test(line)))).toEqual(
      ['1', '1', '2', '1'].map((attempt) => `x-fic-dev-attempt: ${attempt}`),
    )
    await stop(daemon)
  })

  test('check ends with a target that answers 101', async () => {
    const target = await inTurn(switchProtocols)
    const place = { cwd: createFolder() }
    const { exitCode, stdout } = await run(['check', target.url, '--only', 'binary', '--json'], place)

    expect(exitCode).toBe(1)
    expect(stdout).toContain('101 Switching Protocols')
  })
})
