/** A target that is down in some way and then up, and an event that makes the app crash: order, and who waits. */

import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer, type Server, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openDelivery } from '../delivery/parts.ts'
import { certificates } from '../support/certificates.ts'
import { freePort } from '../support/ports.ts'

/** Opens a server on a port; `close` ends its connections too. */
async function listen(server: Server, port: number): Promise<() => Promise<void>> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  onTestFinished(close)
  return close
}

const answers =
  (status: number): RequestListener =>
  (request, response) => {
    request.resume()
    response.writeHead(status).end()
  }

/** No test needs to wait as long as a person would. */
const quick = { pauseMs: 200 }

interface Way {
  scheme: 'http' | 'https'
  /** The server while it is down; `null` if nothing listens. */
  down: (() => Server) | null
  errorCode: string | null
}

const ways: [name: string, way: Way][] = [
  ['refuses connections', { scheme: 'http', down: null, errorCode: 'ECONNREFUSED' }],
  [
    'accepts connections and resets them',
    {
      scheme: 'http',
      down: () => createServer((socket) => void socket.once('data', () => socket.resetAndDestroy())),
      errorCode: 'ECONNRESET',
    },
  ],
  ['answers 502', { scheme: 'http', down: () => createHttpServer(answers(502)), errorCode: null }],
  [
    'refuses TLS',
    {
      scheme: 'https',
      down: () => createHttpServer(answers(200)),
      errorCode: 'ERR_SSL_WRONG_VERSION_NUMBER',
    },
  ],
  ['is silent', { scheme: 'http', down: () => createHttpServer(() => {}), errorCode: 'TIMEOUT' }],
]

describe('a target that', () => {
  test.for(ways)(
    '%s gets all that waited when it is back, the oldest first, in order',
    async ([, { scheme, down, errorCode }]) => {
      const port = await freePort()
      const close = down && (await listen(down(), port))
      const { capture, deliverer, until, untilTarget, told } = await openDelivery(
        [`${scheme}://127.0.0.1:${port}/webhooks`],
        { ...quick, timeoutMs: 1_000, insecure: true },
      )
      await deliverer.start()
      for (let count = 0; count < 3; count++) await capture()
      expect(await untilTarget(({ health }) => health === 'unreachable')).toMatchObject({
        detail: expect.stringMatching(/; deliveries wait$/),
        cause: { code: expect.any(String), todo: expect.any(String) },
      })
      // Nothing is sent to a port on which nothing listens.
      if (close)
        await until(({ seq, attempt, verdict }) => seq === 1 && attempt === 4 && verdict === 'retried')
      await close?.()
      for (let count = 0; count < 2; count++) await capture()
      const before = told.length

      const server = createHttpServer(answers(200))
      const secure = createHttpsServer(certificates.local, answers(200))
      await listen(scheme === 'http' ? server : secure, port)
      await until(({ seq, verdict }) => seq === 5 && verdict === 'delivered')

      // An attempt that had begun before the return may still fail.
      const after = told.slice(before).filter(({ verdict }) => verdict !== 'pending')
      expect(after.filter(({ status }) => status === 200).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5])
      expect(
        new Set(after.filter(({ verdict }) => verdict === 'retried').map(({ seq }) => seq)),
      ).not.toContain(2)
      const codes = told.flatMap((delivery) => (delivery.verdict === 'retried' ? [delivery.errorCode] : []))
      expect(codes.filter((code) => code !== errorCode && code !== 'CLOSED')).toEqual([])
    },
  )
})

describe('an event that makes the app crash', () => {
  /** An app that ends with a connection when the event comes, and listens again a moment later. */
  async function startCrashing(
    port: number,
    crashing: readonly number[],
    crash: (socket: Socket, restart: () => void) => void,
  ) {
    const delivered: number[] = []
    let close = async () => {}
    const start = async () => {
      const server = createHttpServer((request, response) => {
        const seq = Number(request.headers['x-fic-dev-notification'])
        request.resume()
        if (crashing.includes(seq)) return crash(request.socket, () => void close().then(start))
        delivered.push(seq)
        response.end()
      })
      close = await listen(server, port)
    }
    await start()
    return delivered
  }

  test('does not hold the others', async () => {
    const port = await freePort()
    const delivered = await startCrashing(port, [1], (_socket, restart) => restart())
    const { capture, deliverer, until, told } = await openDelivery(
      [`http://127.0.0.1:${port}/webhooks`],
      quick,
    )
    await deliverer.start()
    for (let count = 0; count < 5; count++) await capture()

    await until(({ seq, verdict }) => seq === 5 && verdict === 'delivered')

    expect(delivered).toEqual([2, 3, 4, 5])
    expect(told.some(({ seq, verdict }) => seq === 1 && verdict === 'delivered')).toBe(false)
  })

  test('does not hold the others if the two after it make the app crash, too', async () => {
    const port = await freePort()
    const delivered = await startCrashing(port, [1, 2, 3], (_socket, restart) => restart())
    const { capture, deliverer, until } = await openDelivery([`http://127.0.0.1:${port}/webhooks`], {
      pauseMs: 20,
    })
    await deliverer.start()
    for (let count = 0; count < 6; count++) await capture()

    await until(({ seq, verdict }) => seq === 6 && verdict === 'delivered')

    expect(delivered).toEqual([4, 5, 6])
  })

  test('does not hold the others if a proxy in front of the app answers 502 for it', async () => {
    const delivered: number[] = []
    const server = createHttpServer((request, response) => {
      const seq = Number(request.headers['x-fic-dev-notification'])
      request.resume()
      if (seq !== 1) delivered.push(seq)
      response.writeHead(seq === 1 ? 502 : 200).end()
    })
    const port = await freePort()
    await listen(server, port)
    const { capture, deliverer, until } = await openDelivery([`http://127.0.0.1:${port}/webhooks`], quick)
    await deliverer.start()
    for (let count = 0; count < 5; count++) await capture()

    await until(({ seq, verdict }) => seq === 5 && verdict === 'delivered')

    expect(delivered).toEqual([2, 3, 4, 5])
  })
})

test('a container whose proxy accepts and closes connections gets its first request when the app in it is ready', async () => {
  const port = await freePort()
  const close = await listen(
    createServer((socket) => void socket.destroy()),
    port,
  )
  const { capture, deliverer, until, untilTarget, told } = await openDelivery(
    [`http://127.0.0.1:${port}/webhooks`],
    quick,
  )
  await deliverer.start()
  await untilTarget(({ health }) => health === 'unreachable')
  for (let count = 0; count < 3; count++) await capture()
  await close()
  await listen(createHttpServer(answers(200)), port)

  await until(({ seq, verdict }) => seq === 3 && verdict === 'delivered')

  expect(told.filter(({ verdict }) => verdict !== 'pending').map(({ seq, status }) => [seq, status])).toEqual(
    [
      [1, 200],
      [2, 200],
      [3, 200],
    ],
  )
})

test('with several at once, one that hangs does not stop a target that another one found at fault', async () => {
  const port = await freePort()
  const server = createHttpServer((request, response) => {
    const seq = Number(request.headers['x-fic-dev-notification'])
    request.resume()
    if (seq === 1) return
    if (seq === 2 && request.headers['x-fic-dev-attempt'] === '1') request.socket.resetAndDestroy()
    else response.end()
  })
  await listen(server, port)
  const { capture, deliverer, until } = await openDelivery([`http://127.0.0.1:${port}/webhooks`], {
    ...quick,
    timeoutMs: 0,
    concurrency: 3,
  })
  await deliverer.start()
  for (let count = 0; count < 5; count++) await capture()

  await until(({ seq, verdict }) => seq === 5 && verdict === 'delivered')

  expect(await until(({ seq, attempt }) => seq === 2 && attempt === 2)).toBeDefined()
})

test('a configured authorization is the cause of a 401, also when the delivery is read again', async () => {
  const port = await freePort()
  await listen(createHttpServer(answers(401)), port)
  const target = { url: `http://127.0.0.1:${port}/webhooks`, headers: { Authorization: 'Basic x' } }
  const { capture, deliverer, until, store } = await openDelivery([target])
  await deliverer.start()
  await capture()

  const { cause } = await until(({ verdict }) => verdict === 'dropped')
  await deliverer.close()

  expect(cause).toMatchObject({ code: 'own-authorization' })
  expect(store.notification(1)?.deliveries[0]?.cause).toEqual(cause)
})

test('another reason for the same outage reaches the page', async () => {
  const port = await freePort()
  const { capture, deliverer, untilTarget } = await openDelivery([`http://127.0.0.1:${port}/webhooks`], quick)
  await deliverer.start()
  await untilTarget(({ cause }) => cause?.code === 'refused')
  await capture()
  await listen(createHttpServer(answers(503)), port)

  expect(await untilTarget(({ cause }) => cause?.code === 'gateway')).toMatchObject({ health: 'unreachable' })
})
