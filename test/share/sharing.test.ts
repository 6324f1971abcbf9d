/** Hub and followers over a real server: what is published, what arrives, and what is not believed. */

import { expect, test } from 'vitest'
import { startTarget } from '../support/target.ts'
import { forwardTo } from '../support/daemon.ts'
import { describeWithNats, startNatsServer } from './nats-server.ts'
import { isConnected, keptBy, makeEvent, requestOf, send, startFollower, startHub, untilShare } from './team.ts'

describeWithNats('sharing', () => {
  test('a follower gets the very bytes, checks them again, and hands them to its own target', async () => {
    const server = await startNatsServer()
    await using target = await startTarget()
    await using hub = await startHub(server.url)
    await using follower = await startFollower(server.url, { name: 'anna' }, { config: forwardTo(target.url) })
    await untilShare(follower, isConnected)
    const event = makeEvent(hub.sinkUrl)

    expect(await send(hub.sinkUrl, event)).toBe(200)
    const [delivered] = await target.waitFor(1)

    expect(delivered?.body).toEqual(event.body)
    const [atHub] = await keptBy(hub)
    const [atFollower, ...others] = await keptBy(follower)
    expect(others).toEqual([])
    expect(requestOf(atFollower!)).toEqual(requestOf(atHub!))
    expect(atFollower!.headers.flat()).toEqual(event.rawHeaders)
    expect(atFollower!.signature.outcome).toBe('valid')
  })
})
