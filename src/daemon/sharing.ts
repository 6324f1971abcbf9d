/** Joins a daemon to others by a stream: as the hub that publishes, or as a follower that takes. */

import { hostname, userInfo } from 'node:os'
import { dirname } from 'node:path'
import type { ShareStatus } from '../contract/status.ts'
import type { StreamMessage } from '../contract/stream.ts'
import type { Config } from '../config/config.ts'
import type { Secrets } from '../config/environment.ts'
import { hasCode, type FicDevError } from '../errors.ts'
import type { VerifySignature } from '../fic/signature/verify.ts'
import type { Policy } from '../intake/policy.ts'
import type { Logger } from '../log.ts'
import { createDeferred } from '../promises.ts'
import type { NatsCredentials } from '../share/client.ts'
import type { ProjectSecrets } from '../store/secrets.ts'
import type { Store } from '../store/store.ts'

/** What `fic-dev follow` asks for. */
export interface Following {
  /** `nats://` or `tls://`, without credentials. */
  url: string
  company: number
  /** `null`: one that is made of the user's name and the project. */
  name: string | null
  since: Date | null
}

export interface Sharing {
  /**
   * Resolves also if the server cannot be reached, which `status` reports.
   * @throws FicDevError SHARE_NAME
   */
  start(): Promise<void>
  status(): ShareStatus
  /** Something was captured. */
  wake(): void
  close(): Promise<void>
}

export interface SharingOptions {
  config: Config
  following: Following | null
  secrets: Secrets
  project: ProjectSecrets
  store: Store
  verify: VerifySignature
  policy: Policy
  /** The URLs of the targets that take an event type. */
  targetsFor(eventType: string | null): string[]
  publish(message: StreamMessage): void
  onError(error: FicDevError): void
  log: Logger
  now(): Date
}

/** A follower has no side that faces Fatture in Cloud, and hands on nothing that could not be checked. */
export function toFollowerConfig(config: Config, { company }: Following): Config {
  return {
    ...config,
    company,
    share: null,
    emulator: false,
    tunnel: ['none'],
    publicUrl: null,
    respond: 'ack',
    forwardUnverified: false,
  }
}

/**
 * `null` if nothing is shared; then nothing is loaded.
 * @throws FicDevError SHARE_CLIENT, SHARE_CREDENTIALS
 */
export async function createSharing(options: SharingOptions): Promise<Sharing | null> {
  const { config, following } = options
  if (following !== null) return createFollower(options, following)
  return config.share === null ? null : createHub(options, config.share)
}

async function createHub(options: SharingOptions, url: string): Promise<Sharing> {
  const { project, ...parts } = options
  const { Hub } = await import('../share/hub.ts')
  const client = await loadClient(options, url, `fic-dev hub on ${hostname()}`)
  return new Hub({ ...parts, url, client, hubSecret: project.sinkSecret })
}

async function createFollower(options: SharingOptions, following: Following): Promise<Sharing> {
  const { config, project, ...parts } = options
  const { Follower } = await import('../share/follower.ts')
  const name = following.name ?? nameOf(project)
  const client = await loadClient(options, following.url, `fic-dev follower ${name}`)
  let hasBegun = false
  const began = createDeferred()
  began.promise.catch(() => {})
  const begin = (failure?: FicDevError) => {
    hasBegun = true
    if (failure === undefined) began.resolve()
    else began.reject(failure)
  }
  const follower = new Follower({
    ...parts,
    ...following,
    publish(message) {
      parts.publish(message)
      // An error that belongs to this state follows in the same turn.
      if (message.type === 'share' && message.share.state !== 'connecting') queueMicrotask(begin)
    },
    onError(error) {
      const endsStart = !hasBegun && hasCode(error, 'SHARE_NAME')
      if (endsStart) begin(error)
      else parts.onError(error)
    },
    name,
    client,
    projectSecret: project.sinkSecret,
    types: config.types,
  })
  return {
    // Resolves after the first attempt to connect, whatever came of it.
    start() {
      follower.start()
      return began.promise
    },
    status: () => follower.status(),
    wake: () => {},
    close() {
      begin()
      return follower.close()
    },
  }
}

async function loadClient({ config, secrets }: SharingOptions, url: string, name: string) {
  const { loadNatsClient } = await import('../share/client.ts')
  return loadNatsClient(url, credentialsOf(config, secrets), { projectDir: dirname(config.dataDir), name })
}

function credentialsOf({ shareCreds, shareCa }: Config, { share }: Secrets): NatsCredentials {
  return {
    credsFile: shareCreds,
    caFile: shareCa,
    token: share?.token ?? null,
    user: share?.user ?? null,
    password: share?.password ?? null,
  }
}

/** For example `anna-w2mb`: people know the first half, and the second keeps two projects of one person apart. */
function nameOf({ subdomain }: ProjectSecrets): string {
  return `${userName().slice(0, 30)}-${subdomain.slice(-4)}`
}

function userName(): string {
  try {
    return userInfo().username.replaceAll(/[^A-Za-z\d-]/g, '') || 'user'
  } catch {
    // A user id without an entry, as in some containers.
    return 'user'
  }
}
