/** The inspector over a real store, without the rest of the house: what a test puts into the store is what there is. */

import type { AddressInfo } from 'node:net'
import { WebSocket } from 'ws'
import type { Notification } from '../../src/contract/notification.ts'
import type { Status } from '../../src/contract/status.ts'
import type { StreamMessage } from '../../src/contract/stream.ts'
import type { InspectorParts } from '../../src/inspector/parts.ts'
import { createInspector, type Inspector } from '../../src/inspector/server.ts'
import { silentLog } from '../../src/log.ts'
import type { Capture } from '../../src/store/notifications.ts'
import { pageSessionsOf } from '../../src/store/page-sessions.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { temporaryFolder } from '../support/daemon.ts'

export interface Room extends AsyncDisposable {
  inspector: Inspector
  store: Store
  port: number
  token: string
  /** Asks with the token. */
  api(path: string, init?: RequestInit): Promise<Response>
  /** The JSON of an answer that must be 200. */
  json(path: string, init?: RequestInit): Promise<unknown>
  capture(changes?: Partial<Capture>): Promise<Notification>
  read(query?: string): Promise<Reader>
}

interface Reader {
  messages: StreamMessage[]
  socket: WebSocket
  /** All messages so far, as soon as there are `count`. */
  until(count: number): Promise<StreamMessage[]>
  /** All messages so far, as soon as one fits. */
  untilOne(fits: (message: StreamMessage) => boolean): Promise<StreamMessage[]>
}

export const sessionToken = 'session-token-of-the-test'
const invoiceCreated = 'it.fattureincloud.webhooks.issued_documents.invoices.create'

const status = { version: '0.0.0', project: 'test' } as Status

/** `port` is 0 unless a room is to follow another at its address. */
export async function openRoom({
  port: wanted = 0,
  ...parts
}: Partial<InspectorParts> & { port?: number } = {}): Promise<Room> {
  const folder = await temporaryFolder()
  const store = openStore({ dataDir: folder.path, log: silentLog() })
  let port = 0
  const inspector = await createInspector({
    version: '0.0.0',
    store,
    sessionToken,
    sessions: pageSessionsOf(folder.path),
    now: () => new Date(),
    pageDir: folder.path,
    url: () => `http://127.0.0.1:${port}`,
    status: () => status,
    settings: () => ({ forwardTo: [], headers: {}, company: null, publicUrl: null, insecure: false }),
    targets: () => ({ forwardTo: [], source: 'default', targets: [] }),
    nameTargets: () => Promise.reject(new Error('no deliverer here')),
    heldTypes: () => [],
    keys: () => [],
    environment: async () => ({
      publicKeys: [],
      audiences: [],
      apiBase: 'https://api.example',
      undecided: null,
    }),
    replay: () => Promise.reject(new Error('no deliverer here')),
    preview: () => Promise.reject(new Error('no deliverer here')),
    pause: () => {},
    trigger: () => Promise.reject(new Error('no emulator here')),
    emulator: () => null,
    verify: async () => ({ outcome: 'missing', claims: [], problems: [] }),
    audiences: () => [],
    sinkPath: '/sink',
    subscriptions: () => null,
    resources: () => null,
    examine: () => null,
    stop: () => Promise.reject(new Error('no daemon here')),
    keepsResources: false,
    publish: (message) => inspector.stream.publish(message),
    log: silentLog(),
    ...parts,
  })
  store.onCaptured((notification) => inspector.stream.publish({ type: 'notification', notification }))
  await inspector.app.listen({ host: '127.0.0.1', port: wanted })
  port = (inspector.app.server.address() as AddressInfo).port

  const api: Room['api'] = (path, init = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      ...init,
      headers: {
        authorization: `Bearer ${sessionToken}`,
        ...(init.body != null && { 'content-type': 'application/json' }),
        ...(init.headers as Record<string, string>),
      },
    })
  return {
    inspector,
    store,
    port,
    token: sessionToken,
    api,
    async json(path, init) {
      const answer = await api(path, init)
      if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
      return answer.json()
    },
    capture: (changes) => store.capture(toCapture(changes), { targets: [] }),
    read: (query = '') => openReader(`ws://127.0.0.1:${port}/api/stream${query}`),
    async [Symbol.asyncDispose]() {
      await inspector.app.close()
      store.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

let captures = 0

/** An event as the sink would hand it to the store. */
export function toCapture(changes: Partial<Capture> = {}): Capture {
  const id = `198:${++captures}`
  return {
    kind: 'event',
    receivedAt: new Date(Date.UTC(2026, 2, 1, 12, 0, captures)),
    method: 'POST',
    path: '/secret',
    headers: [
      ['Content-Type', 'application/json'],
      ['ce-id', id],
    ],
    body: Buffer.from('{"data":{"ids":[1]}}'),
    mapping: 'binary',
    eventType: invoiceCreated,
    company: 12345,
    ids: [1],
    cloudEvent: {
      id,
      type: invoiceCreated,
      source: 'https://api-v2.fattureincloud.it',
      subject: 'company:12345',
      time: '2026-03-01T12:00:00Z',
      specversion: '1.0',
    },
    signature: { outcome: 'valid', claims: [], problems: [] },
    answer: { status: 200, body: null },
    problems: [],
    ...changes,
  }
}

async function openReader(url: string): Promise<Reader> {
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${sessionToken}` } })
  const messages: StreamMessage[] = []
  const looks = new Set<() => void>()
  socket.on('message', (data: Buffer) => {
    messages.push(JSON.parse(String(data)) as StreamMessage)
    for (const look of looks) look()
  })
  await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject))

  const untilTrue = (isSo: () => boolean) =>
    new Promise<StreamMessage[]>((resolve) => {
      const look = () => {
        if (!isSo()) return
        looks.delete(look)
        resolve([...messages])
      }
      looks.add(look)
      look()
    })
  return {
    messages,
    socket,
    until: (count) => untilTrue(() => messages.length >= count),
    untilOne: (fits) => untilTrue(() => messages.some(fits)),
  }
}
