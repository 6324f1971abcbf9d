/** A daemon that trusts a key of the test, with a target; and notifications as Fatture in Cloud would sign them. */

import { randomUUID } from 'node:crypto'
import type { Config } from '../../src/config/config.ts'
import type { NotificationPage } from '../../src/contract/api.ts'
import type { Notification } from '../../src/contract/notification.ts'
import type { SinkCounts, Status } from '../../src/contract/status.ts'
import { fic as ficKeys, ficClaims, makeToken, subject } from './tokens.ts'
import { forwardTo, startDaemon, temporaryFolder, type TestDaemon } from './daemon.ts'
import { startTarget, type Target } from './target.ts'
import { ask, type WireAnswer } from './wire.ts'

export interface House extends AsyncDisposable {
  fic: TestDaemon
  target: Target
  /** Of the sink. */
  port: number
  /** The secret path. */
  path: string
  /** Sends a request to the sink; the answer, and what is kept of it. */
  capture(bytes: Buffer): Promise<{ answer: WireAnswer; notification: Notification }>
  counts(): Promise<SinkCounts>
  /** A token for a notification with this id, as Fatture in Cloud would sign it now. */
  token(id: string, claims?: Record<string, unknown>): string
  /** Header lines of an event in the binary mapping, truly signed. */
  headers(changes?: { id?: string; type?: string; claims?: Record<string, unknown> }): string[]
}

export const invoiceCreated = 'it.fattureincloud.webhooks.issued_documents.invoices.create'
export const oneId = '{"data":{"ids":[3062300]}}'

export const newId = () => `198:${randomUUID()}`

/** Without the emulator: what comes to the sink is what the test sends. */
export async function openHouse(overrides: Partial<Config> = {}): Promise<House> {
  const folder = await temporaryFolder()
  const target = await startTarget()
  const fic = await startDaemon(folder.path, {
    emulator: false,
    publicKey: ficKeys.publicPem,
    ...forwardTo(target.url),
    ...overrides,
  })
  const { port, pathname: path } = new URL(fic.sinkUrl)

  const token: House['token'] = (id, claims = {}) => {
    const iat = Math.floor(Date.now() / 1000)
    return makeToken({ ...ficClaims, iat, exp: iat + 3 * 3600, aud: [fic.sinkUrl], jti: id, ...claims })
  }
  return {
    fic,
    target,
    port: Number(port),
    path,
    token,
    async capture(bytes) {
      const answer = await ask(Number(port), bytes)
      const page = (await (await fic.api('/api/notifications?limit=1')).json()) as NotificationPage
      const [notification] = page.items
      if (!notification) throw new Error(`nothing was captured; the answer was ${answer.status}`)
      return { answer, notification }
    },
    async counts() {
      const status = (await (await fic.api('/api/status')).json()) as Status
      if (!status.sink) throw new Error('the status tells nothing about the sink')
      return status.sink
    },
    headers: ({ id = newId(), type = invoiceCreated, claims } = {}) => [
      'Host: brave-otter.example.com',
      'User-Agent: FattureInCloud/API-WEBHOOK',
      'Content-Type: application/json',
      `ce-type: ${type}`,
      'ce-time: 2023-04-04T12:54:21+02:00',
      `ce-subject: ${subject}`,
      'ce-specversion: 1.0',
      'ce-source: https://api-v2.fattureincloud.it',
      `ce-id: ${id}`,
      `Authorization: Bearer ${token(id, claims)}`,
      'Connection: close',
    ],
    async [Symbol.asyncDispose]() {
      await fic.close()
      await target.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** Puts a header in the place of the one with the same name; without a value it is left out. */
export function withHeader(headers: readonly string[], name: string, value?: string): string[] {
  const begin = `${name.toLowerCase()}:`
  return headers.flatMap((line) => {
    if (!line.toLowerCase().startsWith(begin)) return [line]
    return value === undefined ? [] : [`${name}: ${value}`]
  })
}
