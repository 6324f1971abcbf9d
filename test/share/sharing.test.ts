/** Hub and followers over a real server: what is published, what arrives, what is not believed, and who is away. */

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { jetstream, jetstreamManager, type JsMsg } from '@nats-io/jetstream'
import { headers as createHeaders } from '@nats-io/transport-node'
import { describe, expect, test } from 'vitest'
import { requestHeader } from '../../src/share/message.ts'
import { makeKeys } from '../support/tokens.ts'
import { testFolder } from '../support/capture.ts'
import { forwardTo, type TestDaemon } from '../support/daemon.ts'
import { createFolder, follow, kill, run } from '../support/process.ts'
import { startTarget } from '../support/target.ts'
import { isNatsInstalled, noNats, startNatsServer, type NatsServer } from '../support/nats-server.ts'
import {
  company,
  isConnected,
  isDisconnected,
  keptBy,
  makeEvent,
  requestOf,
  send,
  startFollower,
  startHub,
  untilShare,
} from '../support/team.ts'

/** The messages of the stream, oldest first, as any client sees them. */
async function readStream(server: NatsServer, count: number): Promise<JsMsg[]> {
  const connection = await server.connect()
  const { streams } = await jetstreamManager(connection)
  // The hub makes it when it has connected.
  const isThere = () => streams.info('FIC').then(Boolean, () => false)
  await expect.poll(isThere).toBe(true)
  const consumer = await jetstream(connection).consumers.get('FIC')
  const messages: JsMsg[] = []
  for await (const message of await consumer.consume()) {
    messages.push(message)
    if (messages.length === count) break
  }
  return messages
}

/** Waits until a daemon keeps so many. */
async function untilKept(daemon: TestDaemon, count: number) {
  await daemon.until(() => daemon.daemon.status().counts.notifications >= count)
  return keptBy(daemon)
}

describe.skipIf(!isNatsInstalled)(`sharing${noNats}`, () => {
  test('a follower judges a token as of its arrival at the hub, so it is the clock of the hub that is behind', async () => {
    const server = await startNatsServer()
    await using target = await startTarget()
    await using hub = await startHub(server.url, {}, { now: () => new Date(Date.now() - 10 * 60_000) })
    await using follower = await startFollower(server.url, {}, { config: forwardTo(target.url) })
    await untilShare(follower, isConnected)

    expect(await send(hub.sinkUrl, makeEvent(hub.sinkUrl))).toBe(200)
    await target.waitFor(1)

    const [kept] = await keptBy(follower)
    const warning = expect.stringMatching(/: the clock of the hub is 10 min behind\.$/)
    expect(kept?.signature).toMatchObject({ outcome: 'valid', problems: [warning] })
    expect(kept?.signature.claims).toContainEqual(
      expect.objectContaining({ claim: 'iat', verdict: 'ahead', says: warning }),
    )
  })

  test('a follower gets the very bytes, checks them again, and hands them to its own target', async () => {
    const server = await startNatsServer()
    await using target = await startTarget()
    await using hub = await startHub(server.url)
    await using follower = await startFollower(
      server.url,
      { name: 'anna' },
      { config: forwardTo(target.url) },
    )
    await untilShare(follower, isConnected)
    const event = makeEvent(hub.sinkUrl, { body: '{"data":{"ids":[1]},"caff\u00e8":"\u0000 "}\n' })

    expect(await send(hub.sinkUrl, event)).toBe(200)
    const [delivered] = await target.waitFor(1)

    expect(delivered?.body).toEqual(event.body)
    const [atHub] = await keptBy(hub)
    const [atFollower, ...others] = await keptBy(follower)
    expect(others).toEqual([])
    expect(requestOf(atFollower!)).toEqual(requestOf(atHub!))
    expect(Buffer.from(atFollower!.bodyBase64, 'base64')).toEqual(event.body)
    expect(atFollower!.headers.flat()).toEqual(event.rawHeaders)
    expect(atFollower!.receivedAt).toBe(atHub!.receivedAt)
    expect(atFollower!.signature.outcome).toBe('valid')
    const verdicts = Object.fromEntries(
      atFollower!.signature.claims.map(({ claim, verdict }) => [claim, verdict]),
    )
    expect(verdicts).toMatchObject({ signature: 'ok', jti: 'ok', sub: 'ok', aud: 'shown' })
  })

  test('a new follower knows the sink of the hub before the first notification arrives', async () => {
    const server = await startNatsServer()
    await using hub = await startHub(server.url)
    await send(hub.sinkUrl, makeEvent(hub.sinkUrl))
    await readStream(server, 1)

    await using follower = await startFollower(server.url)
    const { hubSink } = await untilShare(follower, (share) => share.hubSink !== null)
    expect(hubSink).toBe(hub.sinkUrl)
    expect(await keptBy(follower)).toEqual([])
  })

  test('the stream holds what was captured valid, under its subject, and what the app answers is not hidden by it', async () => {
    const server = await startNatsServer()
    await using target = await startTarget(0, 400)
    await using hub = await startHub(server.url, forwardTo(target.url))
    const event = makeEvent(hub.sinkUrl, { type: 'products.update' })
    const foreign = makeEvent('https://elsewhere.example.com/x')
    await send(hub.sinkUrl, { ...foreign, rawHeaders: ['Host', '127.0.0.1', ...foreign.rawHeaders.slice(2)] })
    await send(hub.sinkUrl, event)

    const [message] = await readStream(server, 1)

    expect(message?.subject).toBe(`fic.${company}.products.update`)
    expect(Buffer.from(message!.data)).toEqual(event.body)
    expect(message?.headers?.get('ce-id')).toBe(event.id)
    await hub.until(
      ({ type, ...told }) => type === 'delivery' && 'delivery' in told && told.delivery.status === 400,
    )
    await untilShare(hub, ({ lag }) => lag === 0)
    const manager = await jetstreamManager(await server.connect())
    expect((await manager.streams.info('FIC')).state.messages).toBe(1)
    const { items } = (await (await hub.api('/api/notifications')).json()) as {
      items: { deliveries: { verdict: string }[] }[]
    }
    expect(items[0]?.deliveries.map(({ verdict }) => verdict)).toEqual(['dropped'])
  })

  test('a hub in passthrough relays what its own app answers, and the team gets the notification all the same', async () => {
    const server = await startNatsServer()
    await using target = await startTarget(0, 503)
    await using hub = await startHub(server.url, { ...forwardTo(target.url), respond: 'passthrough' })
    await using follower = await startFollower(server.url)
    await untilShare(follower, isConnected)
    const event = makeEvent(hub.sinkUrl)

    expect(await send(hub.sinkUrl, event)).toBe(503)
    const [kept] = await untilKept(follower, 1)
    expect(kept).toMatchObject({ cloudEvent: { id: event.id }, signature: { outcome: 'valid' } })
    // Fatture in Cloud tries again what it was refused: the follower has both, as the hub has.
    expect(await send(hub.sinkUrl, event)).toBe(503)
    expect((await untilKept(follower, 2)).map(({ twinOf }) => twinOf)).toEqual([null, 1])
    await untilShare(hub, ({ lag }) => lag === 0)
    const verdicts = (await keptBy(hub)).map(({ deliveries }) =>
      deliveries.map(({ verdict }) => verdict).sort(),
    )
    expect(verdicts).toEqual([
      ['delivered', 'retried'],
      ['delivered', 'retried'],
    ])
  })

  test('without a server the hub captures and answers, says so once, and catches up in order', async () => {
    const server = await startNatsServer()
    await server.kill()
    await using hub = await startHub(server.url)
    await untilShare(hub, isDisconnected)
    const events = Array.from({ length: 5 }, () => makeEvent(hub.sinkUrl))
    for (const event of events) expect(await send(hub.sinkUrl, event)).toBe(200)
    expect(hub.daemon.status().share?.lag).toBe(5)

    await server.start()
    await untilShare(hub, isConnected)
    const messages = await readStream(server, 5)

    expect(messages.map(({ headers }) => headers?.get('ce-id'))).toEqual(events.map(({ id }) => id))
    await untilShare(hub, ({ lag }) => lag === 0)
    const states = hub.told.flatMap((message) => (message.type === 'share' ? [message.share.state] : []))
    expect(states.filter((state, index) => state !== states[index - 1])).toEqual([
      'disconnected',
      'connected',
    ])
    const details = hub.told.flatMap((message) => (message.type === 'share' ? [message.share.detail] : []))
    expect(new Set(details)).toEqual(new Set([`${server.url} refused the connection`, null]))
  })

  test('a server without JetStream is told what to start it with', async () => {
    const server = await startNatsServer({ jetStream: false })
    await using hub = await startHub(server.url)
    const { detail } = await untilShare(hub, isDisconnected)
    expect(detail).toBe('JetStream is not on there: start the server with "nats-server -js"')
  })

  test('what came while a follower was away arrives when it is back; the hub sees who waits for what', async () => {
    const server = await startNatsServer()
    await using hub = await startHub(server.url)
    const folder = await testFolder()
    const first = await startFollower(server.url, { name: 'anna' }, { folder })
    await untilShare(first, isConnected)
    await send(hub.sinkUrl, makeEvent(hub.sinkUrl))
    await untilKept(first, 1)
    await first.close()
    await send(hub.sinkUrl, makeEvent(hub.sinkUrl))
    await send(hub.sinkUrl, makeEvent(hub.sinkUrl))
    const { followers } = await untilShare(hub, (share) => share.followers[0]?.waiting === 2)
    const lastSeenAt = expect.stringMatching(/^\d{4}-.*Z$/)
    expect(followers).toEqual([{ name: 'anna', company, waiting: 2, connected: false, lastSeenAt }])

    await using second = await startFollower(server.url, { name: 'anna' }, { folder })
    expect((await untilKept(second, 3)).map(({ cloudEvent }) => cloudEvent?.id)).toEqual(
      (await keptBy(hub)).map(({ cloudEvent }) => cloudEvent?.id),
    )
    await untilShare(hub, (share) => share.followers[0]?.waiting === 0 && share.followers[0].connected)
  })

  test('going back in time brings what is not here yet, and nothing twice', async () => {
    const server = await startNatsServer()
    await using hub = await startHub(server.url)
    await send(hub.sinkUrl, makeEvent(hub.sinkUrl))
    await readStream(server, 1)
    const folder = await testFolder()
    const hourAgo = new Date(Date.now() - 3_600_000)
    const first = await startFollower(server.url, { name: 'anna', since: hourAgo }, { folder })
    await untilKept(first, 1)
    await first.close()
    await send(hub.sinkUrl, makeEvent(hub.sinkUrl))

    await using second = await startFollower(server.url, { name: 'anna', since: hourAgo }, { folder })
    const kept = await untilKept(second, 2)
    await untilShare(second, ({ lag }) => lag === 0)
    expect(kept.map(requestOf)).toEqual((await keptBy(hub)).map(requestOf))
    expect(await keptBy(second)).toHaveLength(2)
  })

  test('a new folder under the same name, as in CI, goes on where the last one ended, or from the time it is told', async () => {
    const server = await startNatsServer()
    await using hub = await startHub(server.url)
    const job = async (since: Date | null, count: number, folder?: string) => {
      const place = folder === undefined ? {} : { folder }
      await using follower = await startFollower(server.url, { name: 'ci', since }, place)
      await untilShare(follower, isConnected)
      return (await untilKept(follower, count)).map(({ cloudEvent }) => cloudEvent?.id)
    }
    const [first, second, third] = [makeEvent(hub.sinkUrl), makeEvent(hub.sinkUrl), makeEvent(hub.sinkUrl)]
    await send(hub.sinkUrl, first)
    await readStream(server, 1)
    const hourAgo = new Date(Date.now() - 3_600_000)

    const folder = await testFolder()
    expect(await job(hourAgo, 1, folder)).toEqual([first.id])
    await send(hub.sinkUrl, second)
    expect(await job(null, 1)).toEqual([second.id])
    await send(hub.sinkUrl, third)
    expect(await job(null, 1)).toEqual([third.id])
    expect(await job(hourAgo, 3)).toEqual([first.id, second.id, third.id])
    // The first folder lost nothing to those that had its name meanwhile.
    expect(await job(null, 3, folder)).toEqual([first.id, second.id, third.id])
  })

  test('only the wanted types are taken', async () => {
    const server = await startNatsServer()
    await using hub = await startHub(server.url)
    await using follower = await startFollower(server.url, {}, { config: { types: ['products.*'] } })
    await untilShare(follower, isConnected)
    await send(hub.sinkUrl, makeEvent(hub.sinkUrl, { type: 'receipts.create' }))
    await send(hub.sinkUrl, makeEvent(hub.sinkUrl, { type: 'products.create' }))
    const kept = await untilKept(follower, 1)
    expect(kept.map(({ eventType }) => eventType)).toEqual(['it.fattureincloud.webhooks.products.create'])
  })

  test('a stream that somebody removed is made again, and a follower finds its place in it', async () => {
    const server = await startNatsServer()
    await using hub = await startHub(server.url)
    await using follower = await startFollower(server.url)
    await untilShare(follower, isConnected)
    await send(hub.sinkUrl, makeEvent(hub.sinkUrl))
    await untilKept(follower, 1)
    const manager = await jetstreamManager(await server.connect())
    await manager.streams.delete('FIC')
    await untilShare(follower, isDisconnected)
    await send(hub.sinkUrl, makeEvent(hub.sinkUrl))
    const kept = await untilKept(follower, 2)
    expect(kept.map(requestOf)).toEqual((await keptBy(hub)).map(requestOf))
  })

  test('two under one name are not let to share the notifications out among themselves', async () => {
    const server = await startNatsServer()
    await using first = await startFollower(server.url, { name: 'anna' })
    await untilShare(first, isConnected)
    await expect(startFollower(server.url, { name: 'anna' })).rejects.toMatchObject({
      code: 'FIC_DEV_E_SHARE_NAME',
      message: expect.stringContaining('"anna" is taken'),
      hint: expect.stringContaining('--as anna-2'),
    })
    // Once the first has gone, its name is free.
    await first.close()
    await using second = await startFollower(server.url, { name: 'anna' })
    await untilShare(second, isConnected)
  })

  test('a name whose follower was killed is free for the next one, of the same project and of another', async () => {
    const server = await startNatsServer()
    const place = { cwd: createFolder() }
    const flags = [
      'follow',
      server.url,
      '--company',
      String(company),
      '--as',
      'anna',
      '--port',
      '0',
      '--no-open',
    ]
    const killed = follow([...flags, '--json'], place)
    await killed.line(({ type, share }) => type === 'share' && share.state === 'connected')
    const refused = await run(flags, { cwd: createFolder() })
    expect([refused.exitCode, refused.stderr.includes('FIC_DEV_E_SHARE_NAME')]).toEqual([1, true])
    expect(refused.stderr).not.toContain('fic-dev is ready')
    await kill(killed)

    const again = follow([...flags, '--json'], place)
    await again.line(({ type, share }) => type === 'share' && share.state === 'connected')
    await kill(again)
    const other = follow([...flags, '--json'], { cwd: createFolder() })
    await other.line(({ type, share }) => type === 'share' && share.state === 'connected')
    await kill(other)
  })

  test('what is not ours, or cannot be believed, is kept as such and never forwarded', async () => {
    const server = await startNatsServer()
    await using target = await startTarget()
    await using hub = await startHub(server.url)
    await using follower = await startFollower(
      server.url,
      {},
      { config: { ...forwardTo(target.url), forwardUnverified: true } },
    )
    await untilShare(follower, isConnected)
    const js = jetstream(await server.connect())
    const subject = `fic.${company}.products.update`
    const publish = (event: ReturnType<typeof makeEvent>, path: string) => {
      const pairs: string[][] = []
      for (let at = 0; at < event.rawHeaders.length; at += 2) pairs.push(event.rawHeaders.slice(at, at + 2))
      const request = { method: 'POST', path, headers: pairs, receivedAt: new Date().toISOString() }
      const headers = createHeaders()
      headers.set(requestHeader, JSON.stringify(request).replaceAll('\u00e9', '\\u00e9'))
      return js.publish(subject, event.body, { headers })
    }
    const { pathname } = new URL(hub.sinkUrl)
    const forged = makeEvent(hub.sinkUrl)
    const token = forged.rawHeaders[3]!
    forged.rawHeaders[3] = `${token.slice(0, -6)}AAAAAA`
    const unsigned = makeEvent(hub.sinkUrl)
    unsigned.rawHeaders.splice(2, 2)

    await js.publish(subject, 'hello')
    await js.publish(subject, '{"data":{"ids":[1]}}', { headers: createHeaders() })
    await publish(forged, pathname)
    await publish(unsigned, pathname)
    await publish(makeEvent('https://elsewhere.example.com/x'), pathname)
    await publish(makeEvent(hub.sinkUrl, { about: 999 }), pathname)
    const genuine = makeEvent(hub.sinkUrl)
    await send(hub.sinkUrl, genuine)

    const [only] = await target.waitFor(1)
    expect(only?.headers['ce-id']).toBe(genuine.id)
    const kept = await untilKept(follower, 7)
    expect(kept.map(({ kind, signature }) => `${kind} ${signature.outcome}`)).toEqual([
      'unknown missing',
      'unknown missing',
      'event invalid',
      'event missing',
      'event invalid',
      'event invalid',
      'event valid',
    ])
    expect(Buffer.from(kept[0]!.bodyBase64, 'base64').toString()).toBe('hello')
    await follower.until((told) => told.type === 'delivery' && told.delivery.verdict === 'delivered')
    expect(follower.daemon.status().counts.waiting).toBe(0)
    expect(target.received).toHaveLength(1)
  })

  test('a key that is not the one of Fatture in Cloud makes nothing valid', async () => {
    const server = await startNatsServer()
    await using hub = await startHub(server.url)
    const { publicPem } = makeKeys('P-256')
    await using follower = await startFollower(server.url, {}, { config: { publicKey: publicPem } })
    await untilShare(follower, isConnected)
    await send(hub.sinkUrl, makeEvent(hub.sinkUrl))
    expect((await untilKept(follower, 1)).map(({ signature }) => signature.outcome)).toEqual(['invalid'])
  })

  test('an expired token that was good when it came to the hub is good for a follower that was away', async () => {
    const server = await startNatsServer()
    await using hub = await startHub(server.url)
    await send(hub.sinkUrl, makeEvent(hub.sinkUrl))
    await readStream(server, 1)
    const tomorrow = () => new Date(Date.now() + 24 * 3_600_000)
    const since = new Date(Date.now() - 3_600_000)
    await using follower = await startFollower(server.url, { since }, { parts: { now: tomorrow } })
    expect((await untilKept(follower, 1)).map(({ signature }) => signature.outcome)).toEqual(['valid'])
  })
})

describe.skipIf(!isNatsInstalled)(`credentials${noNats}`, () => {
  const secret = 'not-for-the-log-7f3a'

  test.each([
    ['a token', `authorization { token: "${secret}" }`, { token: secret, user: null, password: null }],
    [
      'user and password',
      `authorization { user: anna, password: "${secret}" }`,
      { token: null, user: 'anna', password: secret },
    ],
  ])('%s gets in, and shows up nowhere', async (_what, config, share) => {
    const server = await startNatsServer({ config })
    const parts = { secrets: { accessToken: null, share } }
    await using follower = await startFollower(server.url, {}, { parts })
    await untilShare(follower, isConnected)
    const status = await (await follower.api('/api/status')).text()
    expect(JSON.stringify(follower.told) + status).not.toContain(secret)
  })

  test('a server that refuses is tried again, and said so without the secret', async () => {
    const server = await startNatsServer({ config: 'authorization { token: "another" }' })
    const share = { token: secret, user: null, password: null }
    await using follower = await startFollower(
      server.url,
      {},
      { parts: { secrets: { accessToken: null, share } } },
    )
    expect(await untilShare(follower, isDisconnected)).toMatchObject({
      detail: 'the server refuses the credentials',
    })
    expect(JSON.stringify(follower.told)).not.toContain(secret)
  })

  test('a credentials file that is not there is a mistake told at the start', async () => {
    await expect(
      startFollower('nats://127.0.0.1:1', {}, { config: { shareCreds: '/nowhere/team.creds' } }),
    ).rejects.toMatchObject({ code: 'FIC_DEV_E_SHARE_CREDENTIALS' })
  })

  test('with the authority of its certificate the server is believed, and without it not', async () => {
    const folder = await testFolder()
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost']
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-days',
        '1',
        '-keyout',
        key,
        '-out',
        certificate,
        ...subject,
      ],
      { stdio: 'ignore' },
    )
    const server = await startNatsServer({
      config: `tls { cert_file: "${certificate}", key_file: "${key}" }`,
    })
    const url = server.url.replace('nats:', 'tls:')
    await using believed = await startFollower(url, { name: 'one' }, { config: { shareCa: certificate } })
    await untilShare(believed, isConnected)
    await using doubted = await startFollower(url, { name: 'two' })
    expect((await untilShare(doubted, isDisconnected)).detail).toMatch(/self-signed|certificate/)
  })
})
