/** What fic-dev can be told: `UserConfig` as a person writes it, `Config` as the program gets it. */

import type { LogLevel } from '../log.ts'

/** One rule of `forwardTo` as written in the file. A rule without types takes every notification. */
export interface UserForward {
  /** Short or long names, group types, or names that end in `*`. */
  types?: string | string[]
  url: string
  /** Added to every delivery of this rule. */
  headers?: Record<string, string>
}

/** What `fic-dev.config.ts` may export. Everything can be left out. The access token is not part of it. */
export interface UserConfig {
  /** Where notifications are handed to; of several rules the first that matches wins. */
  forwardTo?: string | UserForward | (string | UserForward)[]
  /** Event types to subscribe to; the prefix `it.fattureincloud.webhooks.` may be left out. All when left out. */
  types?: string | string[]
  /** The company whose resources are watched. */
  company?: number
  /** Runs Fatture in Cloud's side in the same process: no account, no network. */
  emulator?: boolean
  /** Providers, in the order in which they are tried. */
  tunnel?: string | string[]
  tunnelHost?: string
  subdomain?: string
  publicUrl?: string
  mapping?: Config['mapping']
  verificationMethod?: Config['verificationMethod']
  respond?: Config['respond']
  allowDestructiveAnswers?: boolean
  forwardUnverified?: boolean
  dropDuplicates?: boolean
  /** Deliveries at a time, per target. */
  concurrency?: number
  /** How long the target may take to answer, in seconds; 0 for no limit. */
  timeout?: number
  /** Checks no TLS certificate of a target on this machine. */
  insecure?: boolean
  port?: number
  sinkPort?: number
  emulatorPort?: number
  apiBase?: string
  /** A PEM file, or the base64 form in which Fatture in Cloud publishes its key. */
  publicKey?: string
  dataDir?: string
  /** How many notifications are kept. */
  keep?: number
  /** For how many days notifications are kept, if they are not dropped for newer ones before. */
  keepDays?: number
  /** Keeps resources that were fetched with their notification. */
  keepResources?: boolean
  onExit?: 'keep' | 'delete' | 'restore'
  subscription?: string
  takeOver?: string
  /** Added to every delivery. */
  headers?: Record<string, string>
  output?: Config['output']
  logLevel?: LogLevel
  open?: boolean
  color?: boolean
  exitOnTunnelFailure?: boolean
  /** A NATS server with JetStream, which others follow. */
  share?: string
  /** A `.creds` file for that server. */
  shareCreds?: string
  /** A PEM file with the authority behind that server's certificate. */
  shareCa?: string
}

/** Notifications of these types go to this URL. */
export interface ForwardRule {
  /** As written; empty means every type. */
  types: string[]
  url: string
  headers: Record<string, string>
}

export interface PortChoice {
  port: number
  /** A port that was named and is taken is an error; another one makes room by itself. */
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
  readonly mapping: 'binary' | 'structured'
  readonly verificationMethod: 'header' | 'query'
  readonly respond: 'ack' | 'passthrough'
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
  readonly onExit: 'keep' | 'delete' | 'restore' | null
  readonly subscription: string | null
  readonly takeOver: string | null
  readonly recreate: boolean
  readonly headers: Record<string, string>
  readonly json: boolean
  readonly output: 'pretty' | 'compact' | 'quiet'
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

/** Gives an editor the types of `fic-dev.config.ts`; changes nothing. */
export function defineConfig(config: UserConfig): UserConfig {
  return config
}
