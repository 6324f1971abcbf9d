/** The settings: `UserConfig` as users write it, `Config` as the program reads it. */

import type { ForwardRule } from '../contract/api.ts'
import type { Mapping, OnExit, OutputForm, RespondMode, VerificationMethod } from '../contract/vocabulary.ts'
import type { LogLevel } from '../log.ts'

/** One rule of `forwardTo`: notifications of these types go to this URL. */
export interface UserForward {
  /**
   * Event types of this rule: short or long names, group types, or names that end in `*`.
   * @default all
   */
  types?: string | string[]
  /** The URL of the target. */
  url: string
  /**
   * Headers that are added to every delivery of this rule.
   * @default {}
   */
  headers?: Record<string, string>
}

/**
 * The type of the default export of `fic-dev.config.ts`. Every member is optional. The access token is not a setting: it
 * comes from `FIC_ACCESS_TOKEN`.
 */
export interface UserConfig {
  /**
   * The targets: URLs of your app, to which notifications are delivered. Of several rules, the first that matches applies.
   * @default nothing is forwarded
   */
  forwardTo?: string | UserForward | (string | UserForward)[]
  /**
   * Event types and group types to subscribe to. The prefix `it.fattureincloud.webhooks.` is optional, and a name can
   * end in `*`.
   * @default all
   */
  types?: string | string[]
  /**
   * The id of the company whose resources are watched.
   * @default none
   */
  company?: number
  /**
   * Runs the emulator of Fatture in Cloud in the same process: no account and no network are needed.
   * @default false
   */
  emulator?: boolean
  /**
   * Tunnel providers, in the order in which they are tried.
   * @default localtunnel; none with --emulator
   */
  tunnel?: string | string[]
  /**
   * Your own localtunnel server as a URL, or the server for `ssh` as `user@host[:port][/remote port]`.
   * @default none
   */
  tunnelHost?: string
  /**
   * The name to request from the tunnel server: 4 to 63 of `a-z`, `0-9` and `-`.
   * @default random, retained per project
   */
  subdomain?: string
  /**
   * The URL of your own proxy or tunnel, which leads to the port of the sink. No tunnel is opened.
   * @default none
   */
  publicUrl?: string
  /**
   * The form of the notifications: attributes in headers (`binary`) or in the body (`structured`).
   * @default binary
   */
  mapping?: Config['mapping']
  /**
   * The place of the challenge in a verification.
   * @default header
   */
  verificationMethod?: Config['verificationMethod']
  /**
   * The answer that Fatture in Cloud receives: 200 from fic-dev (`ack`), or the answer of your app (`passthrough`).
   * @default ack
   */
  respond?: Config['respond']
  /**
   * With `passthrough`, relays 410, 3xx and 4xx too. They delete the subscription or lose the notification.
   * @default false
   */
  allowDestructiveAnswers?: boolean
  /**
   * Forwards notifications with a missing or invalid signature too.
   * @default false
   */
  forwardUnverified?: boolean
  /**
   * Forwards a notification that arrives twice only once. Both are stored.
   * @default false
   */
  dropDuplicates?: boolean
  /**
   * The number of parallel deliveries for each target.
   * @default 1, which keeps the order
   */
  concurrency?: number
  /**
   * The time limit for an answer of the target, in seconds; 0 for no limit.
   * @default 30
   */
  timeout?: number
  /**
   * Skips the check of TLS certificates for targets on this machine.
   * @default false
   */
  insecure?: boolean
  /**
   * The port of the inspector on 127.0.0.1; 0 for any free port.
   * @default 4620, or the next free one
   */
  port?: number
  /**
   * The port of the sink on 127.0.0.1, to which the tunnel leads; 0 for any free port.
   * @default 4621, or the next free one
   */
  sinkPort?: number
  /**
   * The port of the emulator on 127.0.0.1; 0 for any free port.
   * @default 4622, or the next free one
   */
  emulatorPort?: number
  /**
   * The base URL of Fatture in Cloud's API, or of a separate emulator.
   * @default https://api-v2.fattureincloud.it
   */
  apiBase?: string
  /**
   * The key that signatures are checked with: a PEM file, or base64 as Fatture in Cloud publishes it.
   * @default the key of Fatture in Cloud or of the emulator
   */
  publicKey?: string
  /**
   * The directory for notifications and keys, relative to the config file.
   * @default .fic-dev
   */
  dataDir?: string
  /**
   * The number of notifications to keep. Imported ones are pruned first.
   * @default 10000
   */
  keep?: number
  /**
   * The number of days to keep notifications. A notification that is not yet delivered stays.
   * @default no limit
   */
  keepDays?: number
  /**
   * Stores fetched resources with their notification. Otherwise they are not stored.
   * @default false
   */
  keepResources?: boolean
  /**
   * The subscription on exit: keep it, delete it, or restore its earlier sink.
   * @default keep with a stable URL, delete with a random one
   */
  onExit?: OnExit
  /**
   * The id of an existing subscription, such as `SUB230`, that fic-dev treats as its own.
   * @default none
   */
  subscription?: string
  /**
   * The id of another receiver's subscription, such as `SUB230`. fic-dev moves it to its sink, and back on exit.
   * @default none
   */
  takeOver?: string
  /**
   * Headers that are added to every delivery.
   * @default {}
   */
  headers?: Record<string, string>
  /**
   * The form of the lines in the terminal.
   * @default pretty
   */
  output?: Config['output']
  /**
   * The lowest level of the log on stderr.
   * @default warn
   */
  logLevel?: LogLevel
  /**
   * Opens the inspector in the browser at the start.
   * @default true
   */
  open?: boolean
  /**
   * Colors in the terminal.
   * @default true
   */
  color?: boolean
  /**
   * Ends with exit code 4 if the tunnel is lost, instead of reopening it.
   * @default false
   */
  exitOnTunnelFailure?: boolean
  /**
   * The URL of a NATS server with JetStream, to which captured notifications are published.
   * @default none
   */
  share?: string
  /**
   * A credentials file (`.creds`) for the NATS server, relative to the config file.
   * @default none
   */
  shareCreds?: string
  /**
   * A PEM file with the certificate authority of the NATS server, relative to the config file.
   * @default the certificate authorities of Node
   */
  shareCa?: string
}

/** A port, and whether the user chose it. */
export interface PortChoice {
  port: number
  /** If a named port is in use, the start fails. Otherwise the next free port is used. */
  named: boolean
}

/** Every setting with its value; frozen. Holds no secret, so that it can be printed. */
export interface Config {
  readonly forwardTo: ForwardRule[]
  /** As written, group types included; empty means all event types. */
  readonly types: string[]
  readonly company: number | null
  readonly emulator: boolean
  readonly tunnel: string[]
  readonly tunnelHost: string | null
  readonly subdomain: string | null
  readonly publicUrl: string | null
  readonly mapping: Mapping
  readonly verificationMethod: VerificationMethod
  readonly respond: RespondMode
  readonly allowDestructiveAnswers: boolean
  readonly forwardUnverified: boolean
  readonly dropDuplicates: boolean
  readonly concurrency: number
  /** In seconds; 0 for no limit. */
  readonly timeout: number
  /** Checks no TLS certificate of a target on this machine. */
  readonly insecure: boolean
  readonly port: PortChoice
  readonly sinkPort: PortChoice
  readonly emulatorPort: PortChoice
  /** Without a slash at the end. */
  readonly apiBase: string
  /** PEM text. */
  readonly publicKey: string | null
  /** Absolute. */
  readonly dataDir: string
  readonly keep: number
  /** `null`: whatever their age. */
  readonly keepDays: number | null
  readonly keepResources: boolean
  /** `null`: keep a subscription with a stable URL, delete one with a random URL. */
  readonly onExit: OnExit | null
  readonly subscription: string | null
  readonly takeOver: string | null
  readonly recreate: boolean
  readonly headers: Record<string, string>
  readonly json: boolean
  readonly output: OutputForm
  readonly logLevel: LogLevel
  readonly open: boolean
  readonly color: boolean
  readonly yes: boolean
  readonly exitOnTunnelFailure: boolean
  /** `nats://host:port` or `tls://host:port`, without credentials. */
  readonly share: string | null
  /** Absolute. */
  readonly shareCreds: string | null
  /** Absolute. */
  readonly shareCa: string | null
}

/** Returns the config unchanged; an editor completes the members of `UserConfig`. */
export function defineConfig(config: UserConfig): UserConfig {
  return config
}
