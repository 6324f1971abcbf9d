/** One message that a NATS server cannot take stops neither the hub nor its followers. */

import { createServer, connect, type AddressInfo } from 'node:net'
import { jetstreamManager } from '@nats-io/jetstream'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Delivery, Notification } from '../../src/contract/notification.ts'
import { isNatsInstalled, noNats, startNatsServer } from '../support/nats-server.ts'
import {
  isConnected,
  isDisconnected,
  keptBy,
  makeEvent,
  send,
  startFollower,
  startHub,
  untilShare,
} from '../support/team.ts'
import type { TestDaemon, Told } from '../support/daemon.ts'

const hourMs = 60 * 60_000

/** Sends them one after the other, each answered 200; gives their ids. */
async function sendAll({ sinkUrl }: TestDaemon, types: readonly string[]): Promise<string[]> {
  const events = types.map((type) => makeEvent(sinkUrl, { type }))
  for (const event of events) expect(await send(sinkUrl, event)).toBe(200)
  return events.map(({ id }) => id)
}

const idsOf = async (daemon: TestDaemon) => (await keptBy(daemon)).map(({ cloudEvent }) => cloudEvent?.id)

async function deliveriesOf({ api }: TestDaemon, seq: number): Promise<Delivery[]> {
  return ((await (await api(`/api/notifications/${seq}`)).json()) as Notification).deliveries
}

const isEnded = (seq: number, verdict: Delivery['verdict'], attempt?: number) => (told: Told) =>
  told.type === 'delivery' &&
  told.delivery.seq === seq &&
  told.delivery.verdict === verdict &&
  (attempt === undefined || told.delivery.attempt === attempt)

/** In front of the server: closes the connection as a server does that cannot read what it got, once it sees `poison`. */
async function startStrictServer(serverUrl: string, poison: string): Promise<string> {
  const { port } = new URL(serverUrl)
  const strict = createServer((client) => {
    const server = connect({ host: '127.0.0.1', port: Number(port) })
    const end = () => void (client.destroy(), server.destroy())
    client.on('error', end).on('close', end)
    server.on('error', end).on('close', end)
    server.pipe(client)
    client.on('data', (chunk) => {
      if (!chunk.includes(poison)) return server.write(chunk)
      server.unpipe(client)
      return client.end("-ERR 'Parser Error'\r\n")
    })
  })
  await new Promise<void>((resolve) => strict.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void strict.close())
  return `nats://127.0.0.1:${(strict.address() as AddressInfo).port}`
}

describe.skipIf(!isNatsInstalled)(`one message poisons a shared stream${noNats}`, () => {
  test('an event type of 5,000 characters, and others that mean something in a subject, reach the followers whole', async () => {
    const server = await startNatsServer()
    await using hub = await startHub(server.url)
    await using follower = await startFollower(server.url)
    await untilShare(follower, isConnected)
    await untilShare(hub, isConnected)
    const types = ['a', 'x'.repeat(5_000), '*.>', 'a.'.repeat(1_000), '..', 'b c', '$JS.API', 'b']

    const ids = await sendAll(hub, types)
    await follower.until((told) => told.type === 'notification' && told.notification.seq === types.length)

    expect(await idsOf(follower)).toEqual(ids)
    const prefix = 'it.fattureincloud.webhooks.'
    expect((await keptBy(follower)).map(({ eventType }) => eventType)).toEqual(
      types.map((type) => prefix + type),
    )
    expect(
      hub.told.filter((told) => told.type === 'delivery' && told.delivery.verdict === 'retried'),
    ).toEqual([])
    const manager = await jetstreamManager(await server.connect())
    const { state } = await manager.streams.info('FIC', { subjects_filter: '>' })
    for (const subject of Object.keys(state.subjects ?? {})) expect(subject.length).toBeLessThan(256)
    const long = await manager.streams.getMessage('FIC', { seq: 2 })
    expect(long?.header.get('ce-type')).toBe(prefix + types[1])
  })

  test('one that makes the server close the connection is set aside alone, with the reason', async () => {
    const server = await startNatsServer()
    const poison = 'issued_documents.invoices.poison'
    const strict = await startStrictServer(server.url, poison)
    await server.kill()
    await using hub = await startHub(strict)
    await untilShare(hub, isDisconnected)
    const good = 'issued_documents.invoices.create'
    const ids = await sendAll(hub, [good, good, poison, good, good])
    const [, , poisonId] = ids

    await server.start()
    await hub.until(isEnded(5, 'delivered'))
    await untilShare(hub, ({ lag }) => lag === 0)

    await using follower = await startFollower(server.url, { since: new Date(Date.now() - hourMs) })
    await follower.until((told) => told.type === 'notification' && told.notification.seq === 4)
    expect(await idsOf(follower)).toEqual(ids.filter((id) => id !== poisonId))
    // It is kept here, and says why. The rounds that found it left no rows.
    expect(await idsOf(hub)).toEqual(ids)
    expect(await deliveriesOf(hub, 3)).toMatchObject([
      {
        verdict: 'dropped',
        nextAttemptAt: null,
        error: 'the server closed the connection because of it: Parser Error',
      },
    ])
    for (const seq of [1, 2, 4, 5])
      expect(await deliveriesOf(hub, seq)).toMatchObject([{ verdict: 'delivered' }])
  })

  test('while the server was away nothing was attempted, so 24 h of that give nothing up', async () => {
    const server = await startNatsServer()
    const manager = await jetstreamManager(await server.connect())
    await manager.streams.add({ name: 'FIC', subjects: ['fic.>'], max_msgs: 1, discard: 'new' })
    let offsetMs = 0
    await using hub = await startHub(server.url, {}, { now: () => new Date(Date.now() + offsetMs) })
    await untilShare(hub, isConnected)
    await sendAll(hub, ['a'])
    await hub.until(isEnded(1, 'delivered'))
    await server.kill()
    await untilShare(hub, isDisconnected)
    await sendAll(hub, ['b'])
    offsetMs = 30 * hourMs

    await server.start()
    await hub.until(isEnded(2, 'retried', 1))
    await hub.until(isEnded(2, 'retried', 2))
    await (await jetstreamManager(await server.connect())).streams.purge('FIC')
    await hub.until(isEnded(2, 'delivered'))
    const verdicts = (await deliveriesOf(hub, 2)).map(({ verdict }) => verdict)
    expect(verdicts.filter((verdict) => verdict === 'dropped')).toEqual([])
    expect(verdicts.at(-1)).toBe('delivered')
  })
})
