/** Fixtures: one genuine notification of each type, and nothing in it that must not stand in a repository. */

import { expect, test } from 'vitest'
import type { Fixture } from '../../src/contract/fixture.ts'
import { forwardTo, startDaemon, temporaryFolder } from '../support/daemon.ts'
import { startTarget } from '../support/target.ts'
import { openRoom, type Room } from './room.ts'

type Asked = Pick<Room, 'api'>

async function fixtures(room: Asked, query = ''): Promise<Fixture[]> {
  const text = await (await room.api(`/api/fixtures${query}`)).text()
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line) as Fixture)
}

const types = (found: readonly Fixture[]) => found.map(({ type }) => type)
const full = (type: string) => `it.fattureincloud.webhooks.${type}`

test('of each type there is the newest that is genuine, in the order of their names', async () => {
  await using room = await openRoom()
  await room.capture({ eventType: full('taxes.create'), ids: [1], body: Buffer.from('{"data":{"ids":[1]}}') })
  await room.capture({ eventType: full('taxes.create'), ids: [2], body: Buffer.from('{"data":{"ids":[2]}}') })
  const forged = { outcome: 'invalid' as const, claims: [], problems: [] }
  await room.capture({ eventType: full('taxes.create'), ids: [3], signature: forged })
  await room.capture({ eventType: full('cashbook.delete'), signature: forged })
  await room.capture({ eventType: full('entities.clients.update') })

  const found = await fixtures(room)

  expect(types(found)).toEqual(['entities.clients.update', 'taxes.create'])
  expect(found[1]?.request.body).toBe('{"data":{"ids":[2]}}')
  expect(types(await fixtures(room, '?type=taxes.*'))).toEqual(['taxes.create'])
  expect(await fixtures(room, '?type=products.*')).toEqual([])
})

test('secrets of the way are left out: token, sink, tunnel, addresses, and what the app answered', async () => {
  await using folder = await temporaryFolder()
  await using target = await startTarget(0, (_request, response) => {
    response.writeHead(200, { 'set-cookie': 'session=of-the-app' }).end('secret of the app')
  })
  await using fic = await startDaemon(folder.path, forwardTo(target.url))
  await fic.daemon.trigger({ type: 'issued_documents.invoices.create', ids: [3062300, 'x-7'] })
  await target.waitFor(2)
  const sinkPath = new URL(fic.sinkUrl).pathname
  const token = /Bearer [\w.-]+/.exec(target.received[1]?.headers.authorization ?? '')?.[0] ?? 'none'

  const text = await (await fic.api('/api/fixtures')).text()

  for (const secret of [token, sinkPath, new URL(fic.sinkUrl).host, 'of-the-app', 'secret of the app']) {
    expect(text).not.toContain(secret)
  }
  const [invoice] = await fixtures(fic, '?type=issued_documents.invoices.create')
  expect(invoice?.request).toMatchObject({
    method: 'POST',
    headers: {
      authorization: 'Bearer replaced-by-fic-dev',
      'ce-type': full('issued_documents.invoices.create'),
      'content-type': 'application/json',
    },
    body: '{"data":{"ids":[3062300,"x-7"]}}',
  })
  const [kept] = await fixtures(fic, '?type=issued_documents.invoices.create&tokens=keep')
  expect(kept?.request.headers['authorization']).toBe(token)
  expect(kept?.notification.signature.outcome).toBe('valid')
})

test('headers of tunnels and proxies are left out, repeated ones become one', async () => {
  await using room = await openRoom()
  await room.capture({
    headers: [
      ['Host', 'brave-otter.example.com'],
      ['X-Forwarded-For', '203.0.113.7'],
      ['CF-Connecting-IP', '203.0.113.7'],
      ['Content-Type', 'application/json'],
      ['X-Own', 'a'],
      ['x-own', 'b'],
    ],
  })

  expect((await fixtures(room))[0]?.request.headers).toEqual({
    'content-type': 'application/json',
    'x-own': 'a, b',
  })
})

test('import takes them: the same message, said to be without its token', async () => {
  await using room = await openRoom()
  await using other = await openRoom()
  await room.capture({ ids: ['è', 1], body: Buffer.from('{"data":{"ids":["è", 1]}}') })
  const body = await (await room.api('/api/fixtures')).text()

  const answer = await other.json('/api/import', {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body,
  })

  expect(answer).toEqual({ imported: 1, skipped: 0 })
  expect(other.store.body(1)).toEqual(room.store.body(1))
  expect(other.store.notification(1)).toMatchObject({
    ids: ['è', 1],
    path: '/fixture',
    signature: { outcome: 'missing', problems: [expect.stringContaining('replaced')] },
  })
})
