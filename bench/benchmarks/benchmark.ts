/** What every benchmark is, and the parts that most of them need. */

import { generateKeyPairSync } from 'node:crypto'
import { WebSocket } from 'ws'
import { startProduct, startSubject, type Product } from '../measure/process.ts'
import type { Row } from '../measure/row.ts'
import type { SendOrder, Sent } from '../subjects/ends.ts'

interface Size {
  /** Small numbers: to see whether it runs, and about where we stand. */
  quick: boolean
}

export type Benchmark = (size: Size) => Promise<Row[]>

const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const privateKey = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
export const publicPem: string = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString()

/** A sink on loopback that knows the key of `startEnds`. */
export const sinkFlags: readonly string[] = [
  '--tunnel',
  'none',
  '--public-key',
  Buffer.from(publicPem).toString('base64'),
]

export interface Ends extends AsyncDisposable {
  /** Where the app listens. */
  appUrl: string
  /** Signs messages; `audience` is the address of the sink that they are meant for. */
  prepare(url: string, count: number, audience?: string): Promise<void>
  /** Sends what was prepared. */
  send(order: SendOrder): Promise<Sent>
}

/** Fatture in Cloud and the developer's app, in a process of their own. */
export async function startEnds(): Promise<Ends> {
  const subject = await startSubject('ends')
  let port = 0
  return {
    appUrl: subject.ready,
    async prepare(url, count, audience = url) {
      port = Number(new URL(url).port)
      await subject.ask({ prepare: { url, count, audience, privateKey } })
    },
    send: (order) => subject.ask({ send: { ...order, port } }),
    [Symbol.asyncDispose]: () => subject[Symbol.asyncDispose](),
  }
}

/** Opens an inspector's stream and reads it, as the page does. */
export async function openInspector({ inspectorUrl, token }: Product): Promise<AsyncDisposable> {
  const socket = new WebSocket(`${inspectorUrl.replace('http', 'ws')}/api/stream`, {
    headers: { authorization: `Bearer ${token}` },
  })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  return {
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        socket.once('close', () => resolve())
        socket.close()
      }),
  }
}

/** Fills a new store with a thousand real captures, delivered to an app; `multiplyStore` makes many of them. */
export async function captureThousand(dir: string): Promise<void> {
  await using ends = await startEnds()
  await using product = await startProduct([...sinkFlags, '-f', ends.appUrl], { dir })
  await ends.prepare(product.sinkUrl, 1_000)
  demandAnswers(await ends.send({ connections: 8, untilDelivered: true }), 'fic-dev')
}

/** All that were sent must have been answered: a benchmark of refusals is none. */
export function demandAnswers({ answered, refused }: Sent, who: string): void {
  if (refused > 0) throw new Error(`${who} refused ${refused} of ${answered + refused}.`)
}
