/** S2: the link that opens the inspector gives the browser a cookie once, and leaves no token behind. */

import { describe, expect, test } from 'vitest'
import { openRoom, sessionToken } from '../inspector/room.ts'
import { askForStream, askInspector } from './ask-inspector.ts'

test('it sets a cookie that scripts cannot read and other sites do not send, named by the port', async () => {
  await using room = await openRoom()
  const { status, headers, body } = await askInspector(room.port, {
    path: room.inspector.session.createLink(),
  })

  expect(status).toBe(303)
  expect(headers['location']).toBe('/')
  expect(body + headers['location']).not.toContain(sessionToken)
  const [pair = '', ...attributes] = (headers['set-cookie'] ?? '').split('; ')
  expect(pair).toBe(`fic_dev_${room.port}=${sessionToken}`)
  expect(attributes).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=Strict', 'Path=/']))
  expect(attributes.some((attribute) => attribute.startsWith('Domain'))).toBe(false)
  expect(headers['referrer-policy']).toBe('no-referrer')

  const own = [`Cookie: a=1; ${pair}; b=2`, `Origin: http://127.0.0.1:${room.port}`]
  expect((await askInspector(room.port, { path: '/api/status', headers: own })).status).toBe(200)
  expect(await askForStream(room.port, '/api/stream', own)).toBe(101)
})

describe('a link', () => {
  test('works once; then it is gone, and says how to get another', async () => {
    await using room = await openRoom()
    const path = room.inspector.session.createLink()
    await askInspector(room.port, { path })
    const again = await askInspector(room.port, { path })

    expect(again.status).toBe(410)
    expect(again.headers).not.toHaveProperty('set-cookie')
    expect(again.body).toContain('fic-dev open')
  })

  test('that was used already leads whoever has the cookie to the page', async () => {
    await using room = await openRoom()
    const headers = [`Cookie: fic_dev_${room.port}=${sessionToken}`]
    const answer = await askInspector(room.port, { path: '/open/x', headers })

    expect(answer).toMatchObject({ status: 303, headers: { location: '/' } })
    expect(answer.headers).not.toHaveProperty('set-cookie')
  })

  test.each(['/open/x', '/open/', '/open/%00', '/open/../open/x', `/open/${sessionToken}`])(
    'that is made up, %s, opens nothing',
    async (path) => {
      await using room = await openRoom()
      room.inspector.session.createLink()
      const answer = await askInspector(room.port, { path })

      expect(answer.status).toSatisfy((status) => status === 410 || status === 404 || status === 401)
      expect(answer.headers).not.toHaveProperty('set-cookie')
    },
  )

  test('is no longer good when twenty newer ones were made, and is not the token', async () => {
    await using room = await openRoom()
    const [first = '', ...others] = Array.from({ length: 21 }, () => room.inspector.session.createLink())

    expect((await askInspector(room.port, { path: first })).status).toBe(410)
    expect((await askInspector(room.port, { path: others[0] ?? '' })).status).toBe(303)
    expect(new Set(others)).toHaveLength(20)
    expect(others.join('')).not.toContain(sessionToken)
  })

  test('from a page of another origin is refused, and not used up by that', async () => {
    await using room = await openRoom()
    const path = room.inspector.session.createLink()

    const foreign = await askInspector(room.port, { path, headers: ['Origin: https://evil.com'] })
    expect(foreign.status).toBe(403)
    expect((await askInspector(room.port, { path })).status).toBe(303)
  })
})
