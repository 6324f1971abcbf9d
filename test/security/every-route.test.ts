/** Every route there is, and every path there is not: token, Host and Origin are asked for, no header lets others read. */

import { afterAll, describe, expect, test } from 'vitest'
import { openRoom, sessionToken } from '../inspector/room.ts'
import { askInspector, askRaw, readRoutes, toPath, type Route } from './ask-inspector.ts'

const room = await openRoom()
await room.capture()
const routes = readRoutes(room.inspector.app.printRoutes())
const isShell = ({ url }: Route) => ['/', '/assets/*', '/open/:link'].includes(url)
// `/api/proof` is among them: without a nonce, and without a session that it knows, it proves nothing.
const guarded = routes.filter((route) => !isShell(route))
const unknown: Route[] = [
  { method: 'GET', url: '/api' },
  { method: 'GET', url: '/api/' },
  { method: 'GET', url: '/nothing' },
  { method: 'GET', url: '/api/%zz' },
  { method: 'GET', url: `/api/notifications/${'1'.repeat(500)}` },
  { method: 'GET', url: '/API/status' },
  { method: 'GET', url: '//api/status' },
  { method: 'GET', url: '/%61pi/status' },
  { method: 'GET', url: '/api/status/' },
  { method: 'GET', url: '/assets' },
  { method: 'POST', url: '/' },
  { method: 'PUT', url: '/api/status' },
  { method: 'OPTIONS', url: '/api/status' },
  { method: 'PROPFIND', url: '/api/status' },
]
const bearer = `Authorization: Bearer ${sessionToken}`

const name = ({ method, url }: Route) => `${method} ${url}`.slice(0, 60)
const each = (list: Route[]) => list.map((route) => [name(route), route] as const)
const ask = ({ method, url }: Route, headers: string[] = []) =>
  askInspector(room.port, { method, path: toPath(url), headers })

afterAll(() => room[Symbol.asyncDispose]())

test('the walk finds the routes of the table', () => {
  expect(routes.map(name)).toEqual(
    expect.arrayContaining([
      'GET /',
      'GET /assets/*',
      'GET /open/:link',
      'GET /api/status',
      'GET /api/notifications',
      'DELETE /api/notifications',
      'GET /api/notifications/:seq',
      'DELETE /api/notifications/:seq',
      'GET /api/notifications/:seq/body',
      'POST /api/notifications/:seq/replay',
      'POST /api/trigger',
      'GET /api/subscriptions',
      'POST /api/subscriptions/:id/verify',
      'GET /api/types',
      'GET /api/export',
      'POST /api/import',
      'GET /api/keys',
      'GET /api/stream',
      'POST /api/links',
      'POST /api/forwarding',
    ]),
  )
})

describe('without the token', () => {
  test.each(each([...guarded, ...unknown]))('%s is refused', async (_name, route) => {
    const answer = await ask(route)

    expect(answer.status).toBe(401)
    expect(answer.body).not.toContain('ce-id')
  })

  test.each([
    ['another token', 'Authorization: Bearer x'],
    ['an empty one', 'Authorization: Bearer '],
    ['the token cut short', `Authorization: Bearer ${sessionToken.slice(0, -1)}`],
    ['the token and more', `Authorization: Bearer ${sessionToken}x`],
    ['the token as Basic', `Authorization: Basic ${Buffer.from(`x:${sessionToken}`).toString('base64')}`],
    ['the token in the query', 'X-Else: 1', `?token=${sessionToken}&access_token=${sessionToken}`],
    ['the token as a cookie', `Cookie: fic_dev_${room.port}=${sessionToken}`],
    ['the token as a session', `Authorization: Session ${sessionToken}`],
    ['a session that is made up', `Authorization: Session ${'x'.repeat(22)}.${'x'.repeat(43)}`],
    ['a protocol without an upgrade', `Sec-WebSocket-Protocol: fic-dev, fic-dev.${sessionToken}`],
  ])('with %s it is refused', async (_what, header, query = '') => {
    const answer = await askInspector(room.port, { path: `/api/status${query}`, headers: [header] })

    expect(answer.status).toBe(401)
  })

  test('the refusal says how to get in, and what a script can do', async () => {
    const answer = await ask({ method: 'GET', url: '/api/status' })

    expect(JSON.parse(answer.body)).toEqual({
      error: {
        code: 'FIC_DEV_E_UNAUTHORIZED',
        message: 'The inspector asks for its session token.',
        hint: expect.stringContaining('fic-dev open'),
      },
    })
  })

  test.each([
    '/assets/../api/status',
    '/assets/%2e%2e/secrets.json',
    '/assets/..%2fsecrets.json',
    '/assets/',
  ])('the way out of the shell, %s, leads nowhere', async (path) => {
    const answer = await askInspector(room.port, { path })

    expect(answer.status).toSatisfy((status) => status === 404 || status === 403)
  })

  test('with the token it is let in', async () => {
    expect((await ask({ method: 'GET', url: '/api/status' }, [bearer])).status).toBe(200)
  })
})

describe('with the name of another machine as Host, token or not', () => {
  test.each(each([...routes, ...unknown]))('%s is refused', async (_name, route) => {
    expect((await ask(route, [`Host: evil.com:${room.port}`, bearer])).status).toBe(403)
  })

  test.each([
    'evil.com',
    `evil.com:${room.port}`,
    `localhost.evil.com:${room.port}`,
    `127.0.0.1.nip.io:${room.port}`,
    `evil.com#localhost:${room.port}`,
    `localhost@evil.com:${room.port}`,
    `0.0.0.0:${room.port}`,
    `127.0.0.2:${room.port}`,
    `2130706433:${room.port}`,
    `[::ffff:127.0.0.1]:${room.port}`,
    `LOCALHOST.:${room.port}`,
    'localhost:65536',
    `localhost:0${room.port}`,
    `localhost:${room.port}/`,
    'localhost:',
    'localhost:x',
    '127.0.0.1.',
    '127.1',
    'ip6-localhost',
    `xlocalhost:${room.port}`,
    `app.localhost.evil.com:${room.port}`,
    '',
  ])('Host "%s" is refused', async (host) => {
    const answer = await askInspector(room.port, { path: '/api/status', headers: [`Host: ${host}`, bearer] })

    expect(answer.status).toBe(403)
  })

  test('the refusal says how to reach the inspector from another machine', async () => {
    const headers = ['Host: my-server:4620', bearer]
    const { body } = await askInspector(room.port, { path: '/api/status', headers })

    const { error } = JSON.parse(body) as { error: { hint: string } }
    expect(error.hint).toContain(`ssh -L ${room.port}:localhost:${room.port}`)
  })

  test.each(['localhost', '127.0.0.1', '[::1]'])('Host %s is ours with any port', async (host) => {
    for (const port of [`:${room.port}`, ':14620', ':80', '']) {
      const own = `${host}${port}`
      const headers = [`Host: ${own}`, `Origin: http://${own}`, bearer]

      expect((await askInspector(room.port, { path: '/api/status', headers })).status).toBe(200)
    }
  })

  test('Origin with our port is refused where the Host has a forwarded one', async () => {
    const headers = ['Host: localhost:14620', `Origin: http://localhost:${room.port}`, bearer]

    expect((await askInspector(room.port, { path: '/api/status', headers })).status).toBe(403)
  })

  const ours = `127.0.0.1:${room.port}`
  test.each([
    ['two Hosts, ours first', `GET /api/status HTTP/1.1\r\nHost: ${ours}\r\nHost: evil.com\r\n`],
    ['two Hosts, ours last', `GET /api/status HTTP/1.1\r\nHost: evil.com\r\nHost: ${ours}\r\n`],
    ['two Hosts, both ours', `GET /api/status HTTP/1.1\r\nHost: ${ours}\r\nHost: ${ours}\r\n`],
    ['no Host, HTTP/1.0', 'GET /api/status HTTP/1.0\r\n'],
    ['no Host, HTTP/1.1', 'GET /api/status HTTP/1.1\r\n'],
    ['an absolute address of another', `GET http://evil.com/api/status HTTP/1.1\r\nHost: ${ours}\r\n`],
    ['an absolute address of ours', `GET http://${ours}/api/status HTTP/1.1\r\nHost: ${ours}\r\n`],
    ['an address for the shell', `GET http://evil.com/ HTTP/1.1\r\nHost: ${ours}\r\n`],
  ])('%s is refused', async (_what, head) => {
    const answer = await askRaw(room.port, `${head}${bearer}\r\nConnection: close\r\n\r\n`)

    expect(answer.status).toSatisfy((status) => status === 403 || status === 400)
    expect(answer.body).not.toContain('version')
  })
})

describe('from a page of another origin, token or not', () => {
  test.each(each([...routes, ...unknown]))('%s is refused', async (_name, route) => {
    expect((await ask(route, ['Origin: https://evil.com', bearer])).status).toBe(403)
  })

  test.each([
    'null',
    'http://localhost',
    'http://127.0.0.1:1',
    `https://127.0.0.1:${room.port}`,
    `http://127.0.0.1:${room.port}.evil.com`,
    `http://evil.com:${room.port}`,
    `http://127.0.0.1:${room.port}/`,
    '',
  ])('Origin "%s" is refused', async (origin) => {
    const headers = [`Origin: ${origin}`, bearer]

    expect((await askInspector(room.port, { path: '/api/status', headers })).status).toBe(403)
  })
})

describe('what lets others read or embed is nowhere', () => {
  test.each(each([...routes, ...unknown]))('%s', async (_name, route) => {
    const answers = [
      await ask(route),
      await ask(route, [bearer]),
      await ask(route, [bearer, 'Origin: https://evil.com', 'Access-Control-Request-Method: POST']),
    ]

    for (const { headers } of answers) {
      expect(Object.keys(headers).filter((header) => header.startsWith('access-control-'))).toEqual([])
      expect(headers).toMatchObject({
        'cross-origin-resource-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      })
      const policy = headers['content-security-policy'] ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("script-src 'self'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toMatch(/script-src[^;]*unsafe|\*/)
    }
  })
})
