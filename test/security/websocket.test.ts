/** A page of another origin, or a program without the token, gets no stream, however it writes the path. */

import { once } from 'node:events'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { openRoom, sessionToken } from '../inspector/room.ts'
import { signIn } from '../support/page-session.ts'
import { askForStream } from './ask-inspector.ts'

const room = await openRoom()
afterAll(() => room[Symbol.asyncDispose]())
afterEach(() => {
  if (room.inspector.stream.readers() > 0) throw new Error('somebody reads the stream')
})

const { protocol: session, proof } = await signIn(room.port, room.inspector.session.createLink())
const bearer = `Authorization: Bearer ${sessionToken}`
const own = `Origin: http://127.0.0.1:${room.port}`

const origins = [
  'https://evil.com',
  `http://evil.com:${room.port}`,
  'null',
  'http://203.0.113.9',
  `http://127.0.0.2:${room.port}`,
  'http://127.0.0.1:1',
  'http://127.0.0.1',
  `https://127.0.0.1:${room.port}`,
  '',
]
const paths = [
  '/api/stream',
  '/api/stream?after=0',
  '/%61pi/stream',
  '/api/%73tream',
  '//api/stream',
  '/API/stream',
  '/api/stream/',
  '/./api/stream',
  '/x/../api/stream',
  '/api/status',
  '/',
  '/open/x',
  '/api/%zz',
  '/nothing',
]

describe('with the session of the page', () => {
  test.each(origins)('Origin "%s" is refused', async (origin) => {
    expect(await askForStream(room.port, '/api/stream', [session, `Origin: ${origin}`])).toBe(403)
  })

  test('no Origin at all is refused: every browser names it', async () => {
    expect(await askForStream(room.port, '/api/stream', [session])).toBe(403)
  })

  test('our Origin, sent by a page of another site, is refused', async () => {
    const site = 'Sec-Fetch-Site: cross-site'

    expect(await askForStream(room.port, '/api/stream', [session, own, site])).toBe(403)
  })

  test('another Host is refused', async () => {
    const host = `Host: evil.com:${room.port}`

    expect(await askForStream(room.port, '/api/stream', [session, own, host])).toBe(403)
  })

  test.each(paths)('a foreign page asks for %s and is refused', async (path) => {
    expect(await askForStream(room.port, path, [session, 'Origin: https://evil.com'])).toBe(403)
  })
})

describe('with a proof that is not one', () => {
  test.each([
    ['none', 'fic-dev'],
    ['an empty one', 'fic-dev, fic-dev.'],
    ['another', `fic-dev, fic-dev.${proof.slice(0, -1)}`],
    ['the token', `fic-dev, fic-dev.${sessionToken}`],
    ['a wrong one before the right one', `fic-dev, fic-dev.x, fic-dev.${proof}`],
  ])('%s: the upgrade is refused', async (_what, protocols) => {
    const header = `Sec-WebSocket-Protocol: ${protocols}`

    expect(await askForStream(room.port, '/api/stream', [header, own])).toBe(401)
  })

  test.each(['proof', 'session', 'token'])('in the query as %s, it is refused', async (name) => {
    expect(await askForStream(room.port, `/api/stream?${name}=${proof}`, [own])).toBe(401)
  })
})

describe('without session and token', () => {
  const shell = new Set(['/', '/open/x'])
  test.each(paths.filter((path) => !shell.has(path)))('%s is refused', async (path) => {
    expect(await askForStream(room.port, path, [own])).toBe(401)
  })

  test.each([...shell])('%s is no stream', async (path) => {
    expect(await askForStream(room.port, path, [own])).not.toBe(200)
  })
})

test('with the token, only the true path is a stream', async () => {
  for (const path of ['//api/stream', '/API/stream', '/nothing']) {
    expect(await askForStream(room.port, path, [bearer])).toBe(404)
  }
})

test('our own page with its session, and a program with the token, are let in', async () => {
  expect(await askForStream(room.port, '/api/stream', [session, own, 'Sec-Fetch-Site: same-origin'])).toBe(
    101,
  )
  const reader = await room.read()
  await reader.until(1)
  reader.socket.close()
  await once(reader.socket, 'close')
  // The first one hung up; the server hears of it before it answers this.
  await room.json('/api/status')
})
