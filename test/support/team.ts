/** A hub and its followers in this process, each in a folder of its own, and Fatture in Cloud as far as they need it. */

import { randomUUID } from 'node:crypto'
import { connect as connectSocket } from 'node:net'
import { once } from 'node:events'
import type { Config } from '../../src/config/config.ts'
import type { Notification } from '../../src/contract/notification.ts'
import type { ShareStatus } from '../../src/contract/status.ts'
import type { DaemonOptions, Following } from '../../src/daemon.ts'
import { fic, ficClaims, makeToken } from './tokens.ts'
import { testFolder } from './capture.ts'
import { startDaemon, type TestDaemon } from './daemon.ts'

export const company = 12345

/** Without the emulator: what comes is signed by the key that stands in for the one of Fatture in Cloud. */
const checked: Partial<Config> = { emulator: false, publicKey: fic.publicPem, company }

export async function startHub(
  share: string,
  overrides: Partial<Config> = {},
  parts: DaemonOptions = {},
): Promise<TestDaemon> {
  return startDaemon(await testFolder(), { ...checked, share, ...overrides }, parts)
}

export async function startFollower(
  url: string,
  following: Partial<Following> = {},
  place: { folder?: string; config?: Partial<Config>; parts?: DaemonOptions } = {},
): Promise<TestDaemon> {
  return startDaemon(
    place.folder ?? (await testFolder()),
    { ...checked, ...place.config },
    { ...place.parts, following: { url, company, name: null, since: null, ...following } },
  )
}

/** Resolves when sharing is as wanted, now or later. */
export async function untilShare(
  { daemon, until }: TestDaemon,
  fits: (share: ShareStatus) => boolean,
): Promise<ShareStatus> {
  const { share } = daemon.status()
  if (share && fits(share)) return share
  const told = await until((message) => message.type === 'share' && fits(message.share))
  if (told.type !== 'share') throw new Error('not about sharing')
  return told.share
}

export const isConnected = (share: ShareStatus) => share.state === 'connected'
export const isDisconnected = (share: ShareStatus) => share.state === 'disconnected'

export interface SentNotification {
  id: string
  type: string
  body: Buffer
  /** Name and value in turn, as they went over the wire. */
  rawHeaders: string[]
}

/** An event as Fatture in Cloud sends it (docs/protocol.md#4-notifications), but with headers that a careless copy would change. */
export function makeEvent(
  sinkUrl: string,
  { type = 'issued_documents.invoices.create', body = '{"data":{"ids":[3062300]}}', about = company } = {},
): SentNotification {
  const id = `198:${randomUUID()}`
  const subject = `company:${about}`
  const iat = Math.floor(Date.now() / 1000)
  const token = makeToken({ ...ficClaims, jti: id, sub: subject, aud: [sinkUrl], iat, exp: iat + 3 * 3600 })
  const bytes = Buffer.from(body)
  const fullType = `it.fattureincloud.webhooks.${type}`
  const headers = [
    ['Host', new URL(sinkUrl).host],
    ['Authorization', `Bearer ${token}`],
    ['User-Agent', 'FattureInCloud/API-WEBHOOK'],
    ['content-TYPE', 'application/json'],
    ['ce-id', id],
    ['ce-type', fullType],
    ['ce-source', 'https://api-v2.fattureincloud.it'],
    ['ce-subject', subject],
    ['ce-time', '2023-04-04T12:54:21+02:00'],
    ['ce-specversion', '1.0'],
    ['X-Twice', 'one'],
    ['x-twice', 'caf\u00e9 "two"'],
    ['Content-Length', String(bytes.length)],
    ['Connection', 'close'],
  ]
  const rawHeaders = headers.flat()
  return { id, type: fullType, body: bytes, rawHeaders }
}

/** Over a plain socket, so that the headers are what is written here. Gives the status. */
export async function send(sinkUrl: string, event: SentNotification): Promise<number> {
  const { port, pathname } = new URL(sinkUrl)
  const socket = connectSocket({ host: '127.0.0.1', port: Number(port) })
  const lines = [`POST ${pathname} HTTP/1.1`]
  for (let at = 0; at < event.rawHeaders.length; at += 2) {
    lines.push(`${event.rawHeaders[at]}: ${event.rawHeaders[at + 1]}`)
  }
  socket.write(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'))
  socket.write(event.body)
  let answer = ''
  socket.on('data', (chunk) => (answer += chunk))
  await once(socket, 'close')
  return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])
}

/** A notification with the bytes of its body. */
export type Kept = Notification & { bodyBase64: string }

/** Everything that a daemon keeps, oldest first. */
export async function keptBy({ api }: TestDaemon): Promise<Kept[]> {
  return readExport(await (await api('/api/export?format=ndjson')).text())
}

/** The lines of an export. */
export function readExport(text: string): Kept[] {
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.map((line) => {
    const { notification, bodyBase64 } = JSON.parse(line)
    if (typeof bodyBase64 !== 'string') throw new Error('an export without bytes')
    return { ...notification, bodyBase64 }
  })
}

/** What must be the same everywhere: the request, byte for byte. */
export function requestOf({ method, path, headers, bodyBase64 }: Kept) {
  return { method, path, headers, bodyBase64 }
}
