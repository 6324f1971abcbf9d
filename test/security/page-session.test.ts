/** The session of the page: proven by both sides, bound to origin and run, and it ends. */

import { expect, test } from 'vitest'
import { openRoom, type Room } from '../inspector/room.ts'
import type { PageSession } from '../../src/store/page-sessions.ts'
import { prove, readSession, signIn, toMac, type SignedIn } from '../support/page-session.ts'
import { askForStream, askInspector } from './ask-inspector.ts'

const nonce = 'n'.repeat(43)
const originOf = (room: Room) => `http://127.0.0.1:${room.port}`

async function statusWith(room: Room, ...headers: string[]): Promise<number | null> {
  return (await askInspector(room.port, { path: '/api/status', headers })).status
}

async function askProof(room: Room, id: string) {
  const { status, body } = await askInspector(room.port, { path: `/api/proof?nonce=${nonce}&session=${id}` })
  return { status, ...(JSON.parse(body) as { proof?: string; run?: string }) }
}

const startSession = (room: Room) => signIn(room.port, room.inspector.session.createLink())

/** Sessions that outlive the inspector, as the file of the data directory does. */
function keptSessions() {
  let kept: PageSession[] = []
  return { read: () => kept, write: (sessions: readonly PageSession[]) => void (kept = [...sessions]) }
}

test('the server proves that it holds the key, with a nonce of the page', async () => {
  await using room = await openRoom()
  const { id, key, run } = await startSession(room)
  const answer = await askProof(room, id)

  expect(answer).toEqual({
    status: 200,
    run,
    proof: toMac(key, 'fic-dev server', originOf(room), nonce, run),
  })
  expect(await askProof(room, 'x')).toMatchObject({ status: 401 })
  for (const made of ['', 'short', `${nonce}%0Ax`]) {
    const path = `/api/proof?nonce=${made}&session=${id}`
    expect((await askInspector(room.port, { path })).status).toBe(401)
  }
})

test('a proof is no other proof, and no part of it opens anything', async () => {
  await using room = await openRoom()
  const page = await startSession(room)
  const { proof = '' } = await askProof(room, page.id)
  const attempts = [
    `Authorization: Session ${page.id}.${proof}`,
    `Authorization: Session ${page.id}`,
    `Authorization: Session ${page.id}.`,
    `Authorization: Session ${page.id}.${page.key.toString('base64url')}`,
    `Authorization: Session .${page.proof.split('.')[1]}`,
    `Authorization: Session x.${page.proof.split('.')[1]}`,
    `Authorization: Bearer ${page.proof}`,
    `Authorization: Bearer ${page.key.toString('base64url')}`,
    `Cookie: session=${page.proof}`,
    page.protocol,
  ]

  for (const header of attempts) expect([header, await statusWith(room, header)]).toEqual([header, 401])
  expect(await statusWith(room, page.authorization)).toBe(200)
})

test('a proof is good for its origin only', async () => {
  await using room = await openRoom()
  const page = await startSession(room)

  expect(await statusWith(room, `Host: localhost:${room.port}`, page.authorization)).toBe(401)
  const other = prove(page, `http://localhost:${room.port}`)
  expect(await statusWith(room, `Host: localhost:${room.port}`, other.authorization)).toBe(401)
})

test('after a restart the session is still good, and a proof of the run before is not', async () => {
  const sessions = keptSessions()
  let before: SignedIn
  let port: number
  {
    await using room = await openRoom({ sessions })
    before = await startSession(room)
    port = room.port
  }
  await using room = await openRoom({ sessions, port })
  expect(await statusWith(room, before.authorization)).toBe(401)
  const own = `Origin: ${originOf(room)}`
  expect(await askForStream(room.port, '/api/stream', [before.protocol, own])).toBe(401)

  const { run = '' } = await askProof(room, before.id)
  expect(run).not.toBe(before.run)
  expect(await statusWith(room, prove({ ...before, run }, originOf(room)).authorization)).toBe(200)
})

test('a daemon on another port does not accept the session', async () => {
  const sessions = keptSessions()
  await using first = await openRoom({ sessions })
  const page = await startSession(first)
  await using second = await openRoom({ sessions })

  expect(await askProof(second, page.id)).toMatchObject({ status: 401 })
  const relayed = `Host: 127.0.0.1:${first.port}`
  const path = `/api/proof?nonce=${nonce}&session=${page.id}`
  // What has the first port now could pass on what the page says, as a forwarded port does.
  expect((await askInspector(second.port, { path, headers: [relayed] })).status).toBe(401)
  expect(await statusWith(second, relayed, page.authorization)).toBe(401)
})

test('nor one that began at a forwarded port, which may lead to another program now', async () => {
  const sessions = keptSessions()
  await using first = await openRoom({ sessions })
  const forwarded = 'Host: 127.0.0.1:14620'
  const link = { path: first.inspector.session.createLink(), headers: [forwarded] }
  const page = prove(readSession((await askInspector(first.port, link)).body), 'http://127.0.0.1:14620')
  expect(await statusWith(first, forwarded, page.authorization)).toBe(200)
  await using second = await openRoom({ sessions })

  const path = `/api/proof?nonce=${nonce}&session=${page.id}`
  expect((await askInspector(first.port, { path, headers: [forwarded] })).status).toBe(200)
  expect((await askInspector(second.port, { path, headers: [forwarded] })).status).toBe(401)
})

test('it expires after 30 days, and the stream closes with the next message', async () => {
  let nowMs = Date.UTC(2026, 0, 1)
  await using room = await openRoom({ now: () => new Date(nowMs) })
  const page = await startSession(room)
  nowMs = Date.UTC(2026, 0, 30, 23)
  expect(await statusWith(room, page.authorization)).toBe(200)

  nowMs = Date.UTC(2026, 0, 31)
  expect(await statusWith(room, page.authorization)).toBe(401)
  expect(await askProof(room, page.id)).toMatchObject({ status: 401 })
})

test('revoked, sessions and unused links open nothing; the token still does', async () => {
  const sessions = keptSessions()
  await using room = await openRoom({ sessions })
  const page = await startSession(room)
  const link = room.inspector.session.createLink()
  const answer = await room.json('/api/sessions', { method: 'DELETE' })

  expect(answer).toEqual({ revoked: 1 })
  expect(sessions.read()).toEqual([])
  expect(await statusWith(room, page.authorization)).toBe(401)
  expect((await askInspector(room.port, { path: link })).status).toBe(410)
  await room.json('/api/status')
})

test('the newest hundred sessions are kept, and a damaged file of them is none', async () => {
  const sessions = keptSessions()
  await using room = await openRoom({ sessions })
  const first = await startSession(room)
  for (let count = 0; count < 100; count++) await startSession(room)

  expect(sessions.read()).toHaveLength(100)
  expect(await statusWith(room, first.authorization)).toBe(401)
})

test('a session that cannot be saved works until the daemon ends', async () => {
  const write = () => {
    throw new Error('no space left')
  }
  await using room = await openRoom({ sessions: { read: () => [], write } })

  expect(await statusWith(room, (await startSession(room)).authorization)).toBe(200)
})

test('headers as large as all cookies of a browser are read', async () => {
  await using room = await openRoom()
  const cookies = `Cookie: ${Array.from({ length: 180 }, (_, index) => `c${index}=${'x'.repeat(4000)}`).join('; ')}`

  expect((await askInspector(room.port, { path: '/', headers: [cookies] })).status).toBe(200)
})
