/** Requests and answers of the private API that are not a notification, a delivery or a status. */

import type { Mapping, Notification, ReplaySignature } from './notification.ts'

export interface ApiError {
  error: { code: string; message: string; hint?: string }
}

export interface NotificationPage {
  /** Newest first. */
  items: Notification[]
  /** Pass as `before` to get the next older page; `null` at the end. */
  nextBefore: number | null
}

/** `POST /api/notifications/:seq/replay`. Everything left out stays as captured. */
export interface ReplayRequest {
  to?: string
  sign?: ReplaySignature
  mapping?: Mapping
  /** The whole HTTP body as text; wins over `ids` and `mapping`. */
  body?: string
  /** Set, or with `null` remove, headers of the request. */
  headers?: Record<string, string | null>
  ids?: (number | string)[]
}

/** `POST /api/trigger`: only with the emulator. */
export interface TriggerRequest {
  type: string
  ids?: (number | string)[]
  company?: number
  mapping?: Mapping
  /** How many events; 1 when left out. */
  count?: number
}

export interface TriggerAnswer {
  /** The CloudEvents ids of what was sent. */
  notificationIds: string[]
}

export interface EventTypeEntry {
  type: string
  /** Without the prefix `it.fattureincloud.webhooks.`. */
  shortName: string
  scopes: string[]
  /** For a group type: the short names it stands for. */
  members: string[] | null
  /** Whether the subscription that fic-dev keeps holds it. */
  held: boolean
}

export interface KeyEntry {
  name: 'dev' | 'fic'
  pem: string
  /** Base64 of the whole PEM, the form in which Fatture in Cloud publishes its own key. */
  base64: string
}

export interface ImportAnswer {
  imported: number
  /** Those that the store already had. */
  skipped: number
}

/** One line of `export --format ndjson`: lossless, deliveries included. */
export interface ExportedNotification {
  version: 1
  notification: Omit<Notification, 'body'>
  /** The raw bytes. */
  bodyBase64: string
}

export interface OpenLink {
  /** Opens the inspector once, without asking for the token. */
  openUrl: string
}

/** `.fic-dev/daemon.json`, there while a daemon runs. */
export interface DaemonFile {
  pid: number
  version: string
  startedAt: string
  inspectorUrl: string
  sinkUrl: string
  emulatorUrl?: string
  token: string
}
