/** Requests and answers of the private API that are not a notification, a delivery or a status. */

import type { ClaimVerdict, Notification } from './notification.ts'
import type { Mapping, Origin, ReplaySignature, SignatureOutcome, VerificationMethod } from './vocabulary.ts'
import type { TargetStatus, VerificationAttempt, VerificationBudget } from './status.ts'

export interface ApiError {
  error: { code: string; message: string; hint?: string }
}

export interface NotificationPage {
  /** Newest first. */
  items: Notification[]
  /** Pass as `before` to get the next older page; `null` at the end. A page may have fewer items than asked for: at most 8 MiB. */
  nextBefore: number | null
  /** Present if the search took too long and ended at this `seq`; `nextBefore` continues it. */
  searchedTo?: number
}

/** `POST /api/notifications/:seq/replay`. Everything left out stays as captured. */
export interface ReplayRequest {
  to?: string
  sign?: ReplaySignature
  mapping?: Mapping
  /** Another event type, by its short or long name; a type of somebody else as it is. */
  type?: string
  /** The whole HTTP body as text; wins over `ids` and `mapping`, and in the structured mapping over `type`. */
  body?: string
  /** Set, or with `null` remove, headers of the request. */
  headers?: Record<string, string | null>
  /** Only these are replaced in the body. A string of digits beyond 2^53 is sent as a number, with these digits. */
  ids?: (number | string)[]
}

/** An event for the emulator to send; also the body of `POST /api/trigger`. */
export interface TriggerRequest {
  /** An event type or group type. The prefix `it.fattureincloud.webhooks.` is optional. */
  type: string
  /**
   * The ids of the resources. A string of digits beyond 2^53 is sent as a number with these digits.
   * @default new ids, as many as the fault `manyIds` says
   */
  ids?: (number | string)[]
  /**
   * The id of the company.
   * @default the only company with a subscription
   */
  company?: number
  /**
   * The form of the notification.
   * @default the mapping of the subscription
   */
  mapping?: Mapping
  /**
   * The number of events for each subscription and type.
   * @default 1
   */
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
  /** `fic`: the key that notifications are signed with; with the emulator, that of the emulator. */
  name: 'dev' | 'fic'
  /** Whose key it is and what it signs. */
  label: string
  pem: string
  /** Base64 of the whole PEM, the form in which Fatture in Cloud publishes its own key. */
  base64: string
}

/** One subscription at Fatture in Cloud, and what this project knows about it. */
export interface SubscriptionEntry {
  id: string
  sink: string
  verified: boolean
  /** In full; never group types. */
  types: string[]
  mapping: Mapping
  /** `null`: of another program. */
  origin: Origin | null
  /** The sink that it had before the take-over. */
  takenOverFrom: string | null
  /** The running daemon keeps it as its configuration says. */
  kept: boolean
  /** Of the verifications that this project asked for; those of others are not known. */
  budget: VerificationBudget
  /** Oldest first. */
  attempts: VerificationAttempt[]
}

/** `POST /api/subscriptions`. Without `sink`: the daemon makes, or takes up again, the one that it keeps. */
export interface SubscriptionCreation {
  sink?: string
  /** Short or long names, group types; all event types when left out. */
  types?: string[]
  mapping?: Mapping
  verificationMethod?: VerificationMethod
}

/** `PUT /api/subscriptions/:id`. What is left out stays. Of the one that the daemon keeps, until it is started again. */
export interface SubscriptionUpdate extends SubscriptionCreation {
  /** It is meant, though the subscription is not ours. */
  anothers?: boolean
}

/** `POST /api/subscriptions/:id/verify`. */
export interface SubscriptionVerification {
  verificationMethod?: VerificationMethod
  anothers?: boolean
}

/** What creating and updating answer. */
export interface SubscriptionAnswer {
  subscription: SubscriptionEntry
  warnings: string[]
}

/** One subscription that `POST /api/subscriptions/restore` gave back. */
export interface RestoredSubscription {
  id: string
  /** The old sink. */
  sink: string
  /** `elsewhere`: somebody has given it another sink since, so it was left alone. */
  outcome: 'moved' | 'was-there' | 'gone' | 'elsewhere'
}

/** What became of a subscription when the daemon ended. */
export interface LeftSubscription {
  id: string
  /** The old sink or, of one that was deleted, its last. */
  sink: string
  outcome: RestoredSubscription['outcome'] | 'deleted'
}

/** `POST /api/stop` with the `pid` of the process that is meant: comes when subscriptions are given back or deleted; the daemon ends after that. */
export interface StopAnswer {
  pid: number
  subscriptions: LeftSubscription[]
  /** What is left undone, and the command that does it. */
  owed: ApiError['error'][]
}

/** `POST /api/token`: a token, the number of a notification, or both to compare the two. */
export interface TokenRequest {
  token?: string
  notification?: number
}

export interface TokenExplanation {
  outcome: SignatureOutcome
  /** The notification that it was compared with. */
  notification: number | null
  /** As they stand in the token; `null` where they cannot be read. */
  header: Record<string, unknown> | null
  payload: Record<string, unknown> | null
  claims: ClaimVerdict[]
  problems: string[]
  /** What the token proves and what it does not, in sentences. */
  notes: string[]
}

/** What became of asking for the resource behind one id of a notification. */
export interface ResourceEntry {
  id: number | string
  /**
   * `deleted`: it was deleted, and `data` is what lies in the bin, if anything. `missing`: it is nowhere. `refused`:
   * the token may not read it. `waiting`: not asked, because Fatture in Cloud wants no more requests now.
   */
  outcome: 'found' | 'deleted' | 'missing' | 'refused' | 'waiting' | 'failed'
  place: 'active' | 'bin' | 'pending' | null
  /** Where it was found, under the API's base. */
  path: string | null
  /** The resource as Fatture in Cloud gives it. */
  data: unknown
  /** One sentence for a person. */
  says: string
  /** When Fatture in Cloud was asked; `null` where it was not. What it said is remembered for half a minute. */
  askedAt: string | null
}

/** `GET /api/notifications/:seq/resources?offset`: of at most 20 ids. Stored only with `--keep-resources`. */
export interface ResourcesAnswer {
  seq: number
  items: ResourceEntry[]
  /** How many ids the notification has. */
  total: number
  /** Pass as `offset` to get the next ones; `null` at the end. */
  nextOffset: number | null
  /** `RateLimit-*` headers of the latest answer, by name. */
  rateLimits: Record<string, string>
  /** Fatture in Cloud wants no request before then. */
  retryAt: string | null
}

export interface ImportAnswer {
  imported: number
  /** Those that the store already had. */
  skipped: number
  /** Those that exceed what is kept, or are older. An import drops nothing to make room. */
  leftOut?: number
  /** Why some were left out; a sentence. */
  reason?: string
}

/** One line of `export --format ndjson`: lossless, deliveries included. */
export interface ExportedNotification {
  version: 1
  notification: Omit<Notification, 'body' | 'decoded'>
  /** The raw bytes. */
  bodyBase64: string
}

export interface OpenLink {
  /** Opens the inspector once, without asking for the token. */
  openUrl: string
}

/** The daemon's answer to a nonce. */
export interface ProofAnswer {
  /** HMAC-SHA256 as base64url: for the token over `fic-dev daemon`, the inspector's URL and the nonce, a line each. */
  proof: string
  /** With `session`: what the page's own proof is bound to. */
  run?: string
}

export interface RevokeAnswer {
  /** Sessions of the page that were valid until now. */
  revoked: number
}

/** `.fic-dev/daemon.json`, there while a daemon runs. */
export interface DaemonFile {
  pid: number
  version: string
  startedAt: string
  inspectorUrl: string
  sinkUrl: string
  emulatorUrl?: string
  /** Absolute; left out if it runs in a terminal. */
  logFile?: string
  /** The real path of the data directory and its inode: in a copied project, the file names another directory. */
  dataDir: string
  inode: string
  token: string
}

/** Notifications of these types go to this URL. */
export interface ForwardRule {
  /** As written; empty means every type. */
  types: string[]
  url: string
  headers: Record<string, string>
}

/** The settings of the running fic-dev, as far as other commands need them. A header may hold a secret. */
export interface RunningSettings {
  forwardTo: ForwardRule[]
  /** Added to every delivery. */
  headers: Record<string, string>
  company: number | null
  publicUrl: string | null
  insecure: boolean
}

/** `GET /api/targets`: where notifications go. */
export interface TargetsAnswer {
  /** The first one whose types match takes a notification; without types it takes all. */
  forwardTo: { types: string[]; url: string }[]
  /** `flag`, `environment NAME`, `file PATH`, `default`, or `fic-dev forward` or `the inspector` if named since the start. */
  source: string
  targets: TargetStatus[]
}

/** `PUT /api/targets` with `{ targets }`, each as after `--forward-to`; an empty list stops forwarding. */
export interface TargetsChange extends TargetsAnswer {
  /** Deliveries that waited for a target that is gone, and now wait for another. */
  moved: number
  /** Deliveries of types that no target takes any longer. */
  ended: number
  /** Not wrong, but perhaps not meant: sentences. */
  notes: string[]
  /** The `source` at the start, which the next start has again. */
  startedWith: string
}

/** What the developer's app has to know to take notifications on this machine. */
export interface AppEnvironment {
  publicKeys: KeyEntry[]
  /** What tokens may name in `aud`: the sink, and the routes for which fic-dev signs with the dev key. */
  audiences: string[]
  /** Where the API is: that of Fatture in Cloud or of the emulator; without a slash at the end. */
  apiBase: string
  /** What only a start decides, as sentences; `null` if nothing. */
  undecided: string | null
}
