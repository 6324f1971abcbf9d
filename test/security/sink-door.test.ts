/** Through the port that a tunnel reaches there is no way to the inspector, whatever a request brings along. */

import { expect, test } from 'vitest'
import { openRoom } from '../inspector/room.ts'
import { openHouse } from '../support/house.ts'
import { toRequest } from '../support/wire.ts'
import { askInspector, askRaw, readRoutes, toPath } from './ask-inspector.ts'

test('every route of the inspector is 404 at the sink, with token and Host of the inspector; nothing is kept', async () => {
  await using room = await openRoom()
  await using house = await openHouse()
  const inspector = new URL(house.fic.inspectorUrl)
  const credentials = [
    `Host: ${inspector.host}`,
    `Authorization: Bearer ${house.fic.token}`,
    `Origin: ${inspector.origin}`,
    'Content-Type: application/json',
  ]
  const routes = readRoutes(room.inspector.app.printRoutes())
  const answers: Record<string, number | null> = {}
  for (const { method, url } of routes) {
    const path = toPath(url)
    const { status, body } = await askInspector(house.port, { method, path, headers: credentials })
    answers[`${method} ${url}`] = body === '' ? status : -1
  }

  expect(routes.length).toBeGreaterThan(20)
  expect(answers).toEqual(Object.fromEntries(routes.map(({ method, url }) => [`${method} ${url}`, 404])))
  const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='
  for (const path of ['/api/stream', `${house.path}/api/stream`]) {
    const handshake = toRequest(`GET ${path}`, [...credentials, ...upgrade, key])
    expect((await askRaw(house.port, handshake)).status).toBe(404)
  }
  expect(await house.counts()).toMatchObject({ captured: 0, notFound: routes.length + 2 })
})

test('the sink listens on loopback only, and so does the inspector', async () => {
  await using room = await openRoom()
  await using house = await openHouse()

  expect(room.inspector.app.server.address()).toMatchObject({ address: '127.0.0.1' })
  for (const url of [house.fic.inspectorUrl, house.fic.sinkUrl]) {
    expect(new URL(url).hostname).toBe('127.0.0.1')
  }
})
