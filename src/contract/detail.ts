/** What the private API adds to one notification: what a replay would send, and its twins. */

import type { HeaderPair } from './notification.ts'
import type { SignatureOutcome } from './vocabulary.ts'

/** `POST /api/notifications/:seq/preview` with a `ReplayRequest`: what a replay would send. Nothing is sent or stored. */
export interface ReplayPreview {
  method: string
  url: string
  /** Without those of the connection: `host`, `content-length`, `connection`. */
  headers: HeaderPair[]
  /** `null` when it is not UTF-8. */
  body: string | null
}

/** `GET /api/notifications/:seq/twins`: the others with the same CloudEvents id, oldest first. */
export interface TwinEntry {
  seq: number
  receivedAt: string
  signature: SignatureOutcome
  /** Byte for byte the same body. */
  sameBody: boolean
}
