/** Even with the session of the page, which no other page has, a page of another site changes nothing. */

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { forwardTo, startDaemon, temporaryFolder, type TestDaemon } from '../support/daemon.ts'
import { signIn } from '../support/page-session.ts'
import { startTarget, type Target } from '../support/target.ts'
import { askInspector } from './ask-inspector.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let target: Target
let fic: TestDaemon
let port: number
let session: string
let origin: string
beforeAll(async () => {
  folder = await temporaryFolder()
  target = await startTarget()
  fic = await startDaemon(folder.path, forwardTo(target.url))
  await target.waitFor(1)
  port = Number(new URL(fic.inspectorUrl).port)
  session = (await signIn(port, new URL(fic.daemon.addresses().openUrl).pathname)).authorization
  origin = `Origin: ${fic.inspectorUrl}`
})
afterAll(async () => {
  await fic.close()
  await target.close()
  await folder[Symbol.asyncDispose]()
})
afterEach(() => {
  // The welcome alone.
  if (target.received.length !== 1) throw new Error('something was sent to the target')
})

const json = 'Content-Type: application/json'
const write = (headers: string[], body = '{}', path = '/api/notifications/2/replay', method = 'POST') =>
  askInspector(port, { method, path, headers: [session, ...headers], body })

describe('with the session, a write is refused', () => {
  test.each([
    ['as a form', 'Content-Type: application/x-www-form-urlencoded', 'sign=none'],
    ['as a form with files', 'Content-Type: multipart/form-data; boundary=x', '--x--'],
    ['as plain text', 'Content-Type: text/plain', '{}'],
    ['as plain text that mentions JSON', 'Content-Type: text/plain; application/json', '{}'],
    ['without a type', 'X-Else: 1', '{}'],
    ['with a type that only begins so', 'Content-Type: application/jsonp', '{}'],
  ])('%s', async (_how, header, body) => {
    expect((await write([header, origin], body)).status).toBe(415)
    expect((await write([header], body)).status).toBe(415)
  })

  test.each(['cross-site', 'same-site', 'none'])('from a page that is %s', async (site) => {
    expect((await write([json, origin, `Sec-Fetch-Site: ${site}`])).status).toBe(403)
  })

  test.each([
    ['POST', '/api/notifications/2/replay'],
    ['POST', '/api/trigger'],
    ['POST', '/api/forwarding'],
    ['POST', '/api/import'],
    ['POST', '/api/links'],
    ['DELETE', '/api/notifications'],
    ['DELETE', '/api/notifications/2'],
  ])('by a foreign page: %s %s', async (method, path) => {
    const body = '{"type":"products.create","paused":true}'

    expect((await write([json, 'Origin: https://evil.com'], body, path, method)).status).toBe(403)
    expect((await write([json, 'Origin: null'], body, path, method)).status).toBe(403)
    expect((await write(['Sec-Fetch-Site: cross-site'], body, path, method)).status).toBe(403)
  })

  test('by a GET that an image makes: nothing that changes something is a GET', async () => {
    for (const path of ['/api/notifications/2/replay', '/api/trigger', '/api/forwarding', '/api/links']) {
      const answer = await askInspector(port, { path, headers: [session, 'Sec-Fetch-Site: cross-site'] })

      expect(answer.status).toBe(404)
    }
  })

  test('by another method in a header or in the query', async () => {
    const headers = [session, 'X-HTTP-Method-Override: DELETE']
    const answer = await askInspector(port, { path: '/api/notifications?_method=DELETE', headers })

    expect(answer.status).toBe(200)
    expect((await fic.api('/api/notifications/2')).status).toBe(200)
  })
})

test('the two notifications of the beginning are still there', async () => {
  const page = (await (await fic.api('/api/notifications')).json()) as { items: unknown[] }

  expect(page.items).toHaveLength(2)
})

test('our own page with its session may write', async () => {
  const answer = await write(
    [json, origin, 'Sec-Fetch-Site: same-origin'],
    '{"paused":false}',
    '/api/forwarding',
  )

  expect(answer.status).toBe(200)
})
