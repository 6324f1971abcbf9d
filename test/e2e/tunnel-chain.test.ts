/**
 * The real chain with the built program: emulator → public URL → localtunnel server → localtunnel client → sink →
 * store → target and stream.
 */

import { onTestFinished, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Notification } from '../../src/contract/notification.ts'
import type { Status } from '../../src/contract/status.ts'
import type { StreamMessage } from '../../src/contract/stream.ts'
import { readDaemonFile } from '../../src/daemon/daemon-file.ts'
import { createFolder, start, type JsonLine, type Running } from '../support/process.ts'
import { namesPreload, publicRequest, startLocaltunnelServer } from '../support/localtunnel-server.ts'
import { startTarget } from '../support/target.ts'

const isReady = (line: JsonLine) => line['type'] === 'ready'

interface Api {
  get(path: string): Promise<Response>
  post(path: string, body: unknown): Promise<Response>
  /** All messages of the stream from now on, and the ones missed since the beginning. */
  stream(): {
    messages: StreamMessage[]
    until(fits: (message: StreamMessage) => boolean): Promise<StreamMessage>
  }
}

function apiOf(cwd: string): Api {
  const daemon = readDaemonFile(`${cwd}/.fic-dev`)
  if (!daemon) throw new Error('no daemon runs there')
  const headers = { authorization: `Bearer ${daemon.token}`, 'content-type': 'application/json' }
  return {
    get: (path) => fetch(daemon.inspectorUrl + path, { headers }),
    post: (path, body) =>
      fetch(daemon.inspectorUrl + path, { method: 'POST', headers, body: JSON.stringify(body) }),
    stream() {
      const socket = new WebSocket(`${daemon.inspectorUrl.replace('http', 'ws')}/api/stream?after=0`, {
        headers,
      })
      onTestFinished(() => socket.terminate())
      const messages: StreamMessage[] = []
      const waiting = new Set<() => void>()
      socket.on('message', (data) => {
        messages.push(JSON.parse(String(data)) as StreamMessage)
        for (const look of waiting) look()
      })
      return {
        messages,
        until: (fits) =>
          new Promise((resolve) => {
            const look = () => {
              const found = messages.find(fits)
              if (found) resolve(found)
            }
            waiting.add(look)
            look()
          }),
      }
    },
  }
}

async function stop(program: Running): Promise<void> {
  program.signal('SIGTERM')
  await program.ended
}

test('subscribed, verified and delivered through a real tunnel; after a restart the URL is the same and no attempt is spent', async () => {
  const server = await startLocaltunnelServer()
  onTestFinished(() => server.stop())
  const target = await startTarget()
  onTestFinished(() => target.close())
  const cwd = createFolder()
  const flags = ['--emulator', '--tunnel', 'localtunnel', '--tunnel-host', server.url]
  const more = ['--forward-to', target.url, '--on-exit', 'keep', '--forward-unverified']
  const place = { cwd, environment: { NODE_OPTIONS: `--require=${namesPreload}` } }

  const first = start([...flags, ...more], place)
  const ready = await first.line(isReady)
  expect(ready['sinkUrl']).toMatch(/^http:\/\/[a-z0-9-]+\.tunnel\.localhost:\d+\/[0-9a-f]{32}$/)
  const api = apiOf(cwd)
  const stream = api.stream()

  // What the subscription went through came over the tunnel, too.
  const before = (await (await api.get('/api/status')).json()) as Status
  expect(before.subscription).toMatchObject({ state: 'verified', sink: ready['sinkUrl'] })
  expect(before.subscription?.budget?.used).toBeLessThanOrEqual(1)
  const [welcome] = await target.waitFor(1)
  expect(welcome?.headers['ce-type']).toBe('it.fattureincloud.webhooks.subscriptions.welcome')

  await api.post('/api/trigger', { type: 'issued_documents.invoices.create', ids: [3062300] })
  const event = (await target.waitFor(2))[1]
  expect(event?.body.toString()).toBe('{"data":{"ids":[3062300]}}')
  expect(event?.headers['x-forwarded-host']).toBe(new URL(ready['sinkUrl']).host)
  const streamed = await stream.until(
    (message) => message.type === 'notification' && message.notification.seq === 3,
  )
  const { notification } = streamed as { notification: Notification }
  expect(notification).toMatchObject({ kind: 'event', signature: { outcome: 'valid' }, ids: [3062300] })

  // Any bytes come through as they were sent, and so do repeated headers.
  const body = Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7) % 256))
  const sent = await publicRequest(ready['sinkUrl'], {
    method: 'POST',
    body,
    headers: { 'X-Twice': ['a', 'b'] },
  })
  expect(sent.status).toBe(200)
  const raw = await (await api.get('/api/notifications/4/body')).arrayBuffer()
  expect(Buffer.from(raw).equals(body)).toBe(true)

  await stop(first)
  const second = start([...flags, ...more], place)
  const again = await second.line(isReady)
  expect(again['sinkUrl']).toBe(ready['sinkUrl'])
  const after = (await (await apiOf(cwd).get('/api/status')).json()) as Status
  expect(after.subscription?.id).toBe(before.subscription?.id)
  expect(after.subscription?.budget).toEqual(before.subscription?.budget)
  const kept = (await (await apiOf(cwd).get('/api/notifications?kind=verification')).json()) as {
    items: Notification[]
  }
  expect(kept.items).toHaveLength(1)
  await stop(second)
})

test('no route of the inspector, nor the stream, answers through the tunnel, and nothing is kept', async () => {
  const server = await startLocaltunnelServer()
  onTestFinished(() => server.stop())
  const cwd = createFolder()
  const program = start(['--emulator', '--tunnel', 'localtunnel', '--tunnel-host', server.url], {
    cwd,
    environment: { NODE_OPTIONS: `--require=${namesPreload}` },
  })
  const ready = await program.line(isReady)
  const { origin } = new URL(ready['sinkUrl'])
  const inspector = new URL(ready['inspectorUrl'])
  const token = readDaemonFile(`${cwd}/.fic-dev`)?.token
  const api = apiOf(cwd)

  const { paths } = (await (await api.get('/api/openapi.json')).json()) as { paths: Record<string, object> }
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => [method.toUpperCase(), path.replaceAll(/\{\w+\}/g, '1')] as const),
  )
  const shell = ['/', '/open/x', '/assets/x'].map((path) => ['GET', path] as const)
  const headers = {
    authorization: `Bearer ${token}`,
    origin: inspector.origin,
    'x-forwarded-host': inspector.host,
    'content-type': 'application/json',
  }
  const answers: string[] = []
  for (const [method, path] of [...described, ...shell]) {
    const { status } = await publicRequest(origin + path, { method, headers })
    answers.push(`${method} ${path} ${status}`)
  }
  expect(described.length).toBeGreaterThan(20)
  expect(answers.filter((answer) => !answer.endsWith(' 404'))).toEqual([])

  for (const path of ['/api/stream', `${new URL(ready['sinkUrl']).pathname}/api/stream`]) {
    const key = { 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-version': '13' }
    const upgrade = { ...headers, ...key, connection: 'Upgrade', upgrade: 'websocket' }
    expect((await publicRequest(origin + path, { headers: upgrade })).status).toBe(404)
  }
  const after = (await (await api.get('/api/status')).json()) as Status
  const { items } = (await (await api.get('/api/notifications')).json()) as { items: Notification[] }
  expect(items.filter(({ kind }) => kind !== 'verification' && kind !== 'welcome')).toEqual([])
  expect(after.sink?.notFound).toBeGreaterThanOrEqual(answers.length + 2)
  await stop(program)
})
