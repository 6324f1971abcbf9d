/** The link that opens the inspector starts a session of the page once, and leaves no token behind. */

import { describe, expect, test } from 'vitest'
import { openRoom, sessionToken, type Room } from '../inspector/room.ts'
import { signIn } from '../support/page-session.ts'
import { askForStream, askInspector } from './ask-inspector.ts'

const navigation = ['Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document']

const isUsed = async (room: Room, path: string) => (await askInspector(room.port, { path })).status === 410

test('it starts a session without a cookie, and the session opens the inspector and the stream', async () => {
  await using room = await openRoom()
  const path = room.inspector.session.createLink()
  const { status, headers, body } = await askInspector(room.port, { path, headers: navigation })

  expect(status).toBe(200)
  expect(headers).not.toHaveProperty('set-cookie')
  expect(headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' })
  expect(body).not.toContain(sessionToken)

  const page = await signIn(room.port, room.inspector.session.createLink())
  const own = `Origin: http://127.0.0.1:${room.port}`
  const asked = { path: '/api/status', headers: [page.authorization, own] }
  expect((await askInspector(room.port, asked)).status).toBe(200)
  expect(await askForStream(room.port, '/api/stream', [page.protocol, own])).toBe(101)
})

describe('a link', () => {
  test('works once; then it is gone, and says how to get another', async () => {
    await using room = await openRoom()
    const path = room.inspector.session.createLink()
    await askInspector(room.port, { path })
    const again = await askInspector(room.port, { path })

    expect(again.status).toBe(410)
    expect(again.body).toContain('fic-dev open')
    expect(again.body).not.toContain('fic-dev-session')
  })

  test.each<[what: string, method: string, headers: string[]]>([
    ['a HEAD', 'HEAD', []],
    ['a HEAD that claims to navigate', 'HEAD', navigation],
    ['a prefetch', 'GET', [...navigation, 'Sec-Purpose: prefetch']],
    ['a prerendering', 'GET', [...navigation, 'Sec-Purpose: prefetch;prerender']],
    ['a prefetch of an older browser', 'GET', [...navigation, 'Purpose: prefetch']],
    ['an image', 'GET', ['Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: image', 'Sec-Fetch-Site: cross-site']],
    ['a frame', 'GET', ['Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: iframe']],
    ['a fetch', 'GET', ['Sec-Fetch-Mode: cors', 'Sec-Fetch-Dest: empty']],
    ['a script', 'GET', ['Sec-Fetch-Dest: script']],
  ])('is not used up by %s', async (_what, method, headers) => {
    await using room = await openRoom()
    const path = room.inspector.session.createLink()
    const refused = await askInspector(room.port, { method, path, headers })

    expect(refused.status).toBe(403)
    expect(refused.body).not.toContain('fic-dev-session')
    expect((await askInspector(room.port, { path, headers: navigation })).status).toBe(200)
    expect(await isUsed(room, path)).toBe(true)
  })

  test('works under localhost, too: it leads to 127.0.0.1, where the page has its one origin', async () => {
    await using room = await openRoom()
    const path = room.inspector.session.createLink()
    const headers = [`Host: localhost:${room.port}`, ...navigation]
    const answer = await askInspector(room.port, { path, headers })

    expect(answer.status).toBe(303)
    expect(await isUsed(room, path)).toBe(true)
    const location = new URL(answer.headers['location'] ?? '')
    expect(location.origin).toBe(`http://127.0.0.1:${room.port}`)
    await signIn(room.port, location.pathname)
    const shell = await askInspector(room.port, { path: '/', headers: [`Host: localhost:${room.port}`] })
    expect(shell).toMatchObject({
      status: 303,
      headers: { location: `http://127.0.0.1:${room.port}/` },
    })
  })

  test.each(['/open/x', '/open/', '/open/%00', '/open/../open/x', `/open/${sessionToken}`])(
    'that is made up, %s, opens nothing',
    async (path) => {
      await using room = await openRoom()
      room.inspector.session.createLink()
      const answer = await askInspector(room.port, { path })

      expect(answer.status).toSatisfy((status) => status === 410 || status === 404 || status === 401)
      expect(answer.body).not.toContain('fic-dev-session')
    },
  )

  test('is no longer good when twenty newer ones were made, and is not the token', async () => {
    await using room = await openRoom()
    const [first = '', ...others] = Array.from({ length: 21 }, () => room.inspector.session.createLink())

    expect((await askInspector(room.port, { path: first })).status).toBe(410)
    expect((await askInspector(room.port, { path: others[0] ?? '' })).status).toBe(200)
    expect(new Set(others)).toHaveLength(20)
    expect(others.join('')).not.toContain(sessionToken)
  })

  test('from a page of another origin is refused, and not used up by that', async () => {
    await using room = await openRoom()
    const path = room.inspector.session.createLink()

    const foreign = await askInspector(room.port, { path, headers: ['Origin: https://evil.com'] })
    expect(foreign.status).toBe(403)
    expect((await askInspector(room.port, { path })).status).toBe(200)
  })
})
