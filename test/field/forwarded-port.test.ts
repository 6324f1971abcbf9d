/** The inspector behind a forwarded port: `ssh -L 14620:localhost:4620`, or an editor that picks a number of its own. */

import { createServer, connect, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { openRoom } from '../inspector/room.ts'
import { askForStream, askInspector } from '../security/ask-inspector.ts'
import { prove, readSession } from '../support/page-session.ts'

/** Carries bytes as ssh does: the Host header is that of the forwarded port. */
async function forwardPort(port: number): Promise<number> {
  const server = createServer((socket) => {
    const to = connect(port, '127.0.0.1')
    socket.on('error', () => to.destroy())
    to.on('error', () => socket.destroy())
    socket.pipe(to).pipe(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

const navigation = ['Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document']

describe.each(['localhost', '127.0.0.1', '[::1]'])('under %s with another port', (name) => {
  test('the link opens the page, and its session has the API and the stream', async () => {
    await using room = await openRoom()
    const port = await forwardPort(room.port)
    const host = `Host: ${name}:${port}`
    const opened = await askInspector(port, {
      path: room.inspector.session.createLink(),
      headers: [host, ...navigation],
    })
    // The page has one origin under both names.
    const isName = name === 'localhost'
    const location = isName ? new URL(opened.headers['location'] ?? '') : null
    const origin = location?.origin ?? `http://${name}:${port}`
    expect(origin).toBe(`http://${isName ? '127.0.0.1' : name}:${port}`)
    const own = [`Host: ${new URL(origin).host}`, `Origin: ${origin}`]
    const { body } = location
      ? await askInspector(port, { path: location.pathname, headers: [own[0] ?? '', ...navigation] })
      : opened
    const page = prove(readSession(body), origin)

    const json = 'Content-Type: application/json'
    const asked = { path: '/api/status', headers: [...own, page.authorization] }
    expect((await askInspector(port, asked)).status).toBe(200)
    const write = {
      method: 'POST',
      path: '/api/links',
      headers: [...own, page.authorization, json],
      body: '{}',
    }
    expect((await askInspector(port, write)).status).toBe(200)
    expect(await askForStream(port, '/api/stream', [...own, page.protocol])).toBe(101)
  })

  test('the session of one port opens nothing under another', async () => {
    await using room = await openRoom()
    const { body } = await askInspector(room.port, {
      path: room.inspector.session.createLink(),
      headers: navigation,
    })
    const page = prove(readSession(body), `http://127.0.0.1:${room.port}`)
    const port = await forwardPort(room.port)
    const headers = [`Host: ${name}:${port}`, page.authorization]

    expect((await askInspector(port, { path: '/api/status', headers })).status).toBe(401)
    expect(await askForStream(port, '/api/stream', [headers[0] ?? '', page.protocol])).toBe(401)
  })
})

test('a script with the token has API and stream over the forwarded port', async () => {
  await using room = await openRoom()
  const port = await forwardPort(room.port)
  const headers = { authorization: `Bearer ${room.token}` }

  expect((await fetch(`http://localhost:${port}/api/status`, { headers })).status).toBe(200)
  const socket = new WebSocket(`ws://localhost:${port}/api/stream`, { headers })
  const [message] = (await once(socket, 'message')) as [Buffer]
  expect(JSON.parse(message.toString())).toMatchObject({ type: 'hello' })
  socket.close()
  await once(socket, 'close')
})

test.each(['build-server:4620', 'dev.example.com', '192.0.2.7:14620', 'localhost.example.com:14620'])(
  'under %s the page, its API and the stream are refused, with what to do',
  async (host) => {
    await using room = await openRoom()
    const headers = [`Host: ${host}`, `Authorization: Bearer ${room.token}`]
    for (const path of ['/', '/api/status', room.inspector.session.createLink()]) {
      const { status, body } = await askInspector(room.port, { path, headers })

      expect(status).toBe(403)
      expect(body).toContain(`ssh -L ${room.port}:localhost:${room.port}`)
    }
    expect(await askForStream(room.port, '/api/stream', headers)).toBe(403)
  },
)
