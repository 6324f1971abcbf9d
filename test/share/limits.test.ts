/** A server that does not do as one would like: too small, full, taken by others, with too few rights. */

import { jetstreamManager } from '@nats-io/jetstream'
import { describe, expect, test } from 'vitest'
import type { Delivery } from '../../src/contract/notification.ts'
import type { Told } from '../support/daemon.ts'
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

const isPublished = (verdict: Delivery['verdict']) => (told: Told) =>
  told.type === 'delivery' && told.delivery.verdict === verdict

describe.skipIf(!isNatsInstalled)(`limits of the server${noNats}`, () => {
  test('a notification that is larger than a message may be is kept and told, and those behind it get through', async () => {
    const server = await startNatsServer()
    await using hub = await startHub(server.url)
    await using follower = await startFollower(server.url)
    await untilShare(follower, isConnected)
    await untilShare(hub, isConnected)
    // The sink takes 1 MiB, and so does the server by default: with headers it is more.
    const large = makeEvent(hub.sinkUrl, { body: `{"data":{"ids":[1]},"x":"${'x'.repeat(1_048_500)}"}` })
    const small = makeEvent(hub.sinkUrl)

    expect(await send(hub.sinkUrl, large)).toBe(200)
    expect(await send(hub.sinkUrl, small)).toBe(200)
    await follower.until(({ type }) => type === 'notification')

    expect((await keptBy(follower)).map(({ cloudEvent }) => cloudEvent?.id)).toEqual([small.id])
    expect((await keptBy(hub)).map(({ cloudEvent }) => cloudEvent?.id)).toEqual([large.id, small.id])
    const told = await hub.until(isPublished('dropped'))
    expect(told).toMatchObject({
      delivery: { seq: 1, nextAttemptAt: null, error: expect.stringContaining('raise max_payload') },
    })
    expect(await untilShare(hub, ({ lag }) => lag === 0)).toMatchObject({ state: 'connected' })
  })

  test('a stream that is full takes the rest when there is room again', async () => {
    const server = await startNatsServer()
    const manager = await jetstreamManager(await server.connect())
    await manager.streams.add({ name: 'FIC', subjects: ['fic.>'], max_msgs: 1, discard: 'new' })
    await using hub = await startHub(server.url)
    await untilShare(hub, isConnected)
    await send(hub.sinkUrl, makeEvent(hub.sinkUrl))
    await hub.until(isPublished('delivered'))
    const second = makeEvent(hub.sinkUrl)
    await send(hub.sinkUrl, second)

    const { delivery } = (await hub.until(isPublished('retried'))) as { delivery: Delivery }
    expect(delivery.error).toBe('the stream is full: maximum messages exceeded')
    expect(delivery.nextAttemptAt).not.toBeNull()
    expect(hub.daemon.status().share).toMatchObject({ state: 'connected', lag: 1 })
    await manager.streams.purge('FIC')
    await hub.until((told) => isPublished('delivered')(told) && 'delivery' in told && told.delivery.seq === 2)
    const message = await manager.streams.getMessage('FIC', { last_by_subj: 'fic.>' })
    expect(message?.header.get('ce-id')).toBe(second.id)
  })

  test('a stream of others on the same subjects is named, and taken over by nobody', async () => {
    const server = await startNatsServer()
    const manager = await jetstreamManager(await server.connect())
    await manager.streams.add({ name: 'ALL', subjects: ['fic.1.>'] })
    await using hub = await startHub(server.url)
    expect(await untilShare(hub, isDisconnected)).toMatchObject({
      detail: 'another stream on the server takes the subjects "fic.>"',
      hint: expect.stringContaining('Remove the other one'),
    })
    expect(await send(hub.sinkUrl, makeEvent(hub.sinkUrl))).toBe(200)
    await manager.streams.delete('ALL')
    await hub.until(isPublished('delivered'))
    expect((await manager.streams.info('FIC')).state.messages).toBe(1)
  })
})
