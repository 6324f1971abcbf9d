/** The official NATS client: an optional peer, loaded only where something is shared. */

import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as JetStream from '@nats-io/jetstream'
import type * as Nats from '@nats-io/transport-node'
import { FicDevError, messageOf } from '../errors.ts'
import { readTextFile } from '../text-file.ts'

export type { ConsumerInfo, JetStreamManager, JsMsg } from '@nats-io/jetstream'
export type { NatsConnection } from '@nats-io/transport-node'

/** What says who we are. Of the three ways at most one is used, the file first. */
export interface NatsCredentials {
  /** Absolute path of a `.creds` file. */
  credsFile: string | null
  /** Absolute path of a PEM file with the authority that signed the server's certificate. */
  caFile: string | null
  token: string | null
  user: string | null
  password: string | null
}

export interface NatsClient {
  jetstream: typeof JetStream.jetstream
  jetstreamManager: typeof JetStream.jetstreamManager
  headers: typeof Nats.headers
  /** Connects once. What fails or ends is not repeated here. */
  connect(): Promise<Nats.NatsConnection>
}

const openTimeoutMs = 5_000
/** Two of them unanswered end the connection: it looks open and carries nothing. */
const pingEveryMs = 10_000

/**
 * @param url `nats://` or `tls://`, without credentials
 * @param name how the server lists this connection
 * @throws FicDevError SHARE_CLIENT, SHARE_CREDENTIALS
 */
export async function loadNatsClient(
  url: string,
  credentials: NatsCredentials,
  { projectDir, name }: { projectDir: string; name: string },
): Promise<NatsClient> {
  const nats = await load<typeof Nats>('@nats-io/transport-node', projectDir)
  const { jetstream, jetstreamManager } = await load<typeof JetStream>('@nats-io/jetstream', projectDir)
  const { host, protocol } = new URL(url)
  const identity = toIdentity(nats, credentials)
  const ca = credentials.caFile === null ? null : readSecretFile(credentials.caFile, '--share-ca')
  const tls = protocol === 'tls:' || ca !== null ? { tls: ca === null ? {} : { ca } } : {}
  return {
    jetstream,
    jetstreamManager,
    headers: nats.headers,
    connect: () =>
      nats.connect({
        servers: host,
        name,
        // We connect again ourselves, so that every state of it can be told.
        reconnect: false,
        timeout: openTimeoutMs,
        pingInterval: pingEveryMs,
        maxPingOut: 2,
        ...identity,
        ...tls,
      }),
  }
}

function toIdentity(nats: typeof Nats, { credsFile, token, user, password }: NatsCredentials) {
  if (credsFile !== null) {
    return { authenticator: nats.credsAuthenticator(Buffer.from(readCreds(credsFile))) }
  }
  if (token !== null) return { token }
  return user === null ? {} : { user, pass: password ?? '' }
}

/** The client would find out only when it connects, again and again. */
function readCreds(path: string): string {
  const creds = readSecretFile(path, '--share-creds')
  if (/-----BEGIN NATS USER JWT-----[^]*-----BEGIN USER NKEY SEED-----/.test(creds)) return creds
  throw new FicDevError('SHARE_CREDENTIALS', `--share-creds names "${path}", which is no credentials file.`, {
    hint: 'It holds the JWT and the seed of a user, as "nsc generate creds" writes them.',
  })
}

function readSecretFile(path: string, flag: string): string {
  try {
    return readTextFile(path, 'SHARE_CREDENTIALS')
  } catch (thrown) {
    if (thrown instanceof FicDevError) throw thrown
    throw new FicDevError('SHARE_CREDENTIALS', `${flag} cannot be read: ${messageOf(thrown)}.`, {
      hint: 'Check the path and its permissions.',
      cause: thrown,
    })
  }
}

/** Later clients depend on a package that needs Node 22. */
const clientVersion = Number(process.versions.node.split('.')[0]) < 22 ? '@3.3.1' : ''

/** First where the user's project has it: fic-dev itself may run from elsewhere (npx). */
async function load<Module>(name: string, projectDir: string): Promise<Module> {
  // The name is no literal: types and bundle must do without an optional peer.
  try {
    const found = createRequire(join(projectDir, 'package.json')).resolve(name)
    return toNamespace<Module>(await import(pathToFileURL(found).href))
  } catch {
    try {
      return toNamespace<Module>(await import(name))
    } catch (thrown) {
      throw new FicDevError('SHARE_CLIENT', 'The client of NATS, which sharing needs, is not installed.', {
        hint: `Install it: npm install --save-dev @nats-io/transport-node${clientVersion} @nats-io/jetstream${clientVersion}`,
        cause: thrown,
      })
    }
  }
}

/** A CommonJS package has all of its exports on the default one, and only some beside it. */
function toNamespace<Module>(loaded: Module & { default?: Module }): Module {
  return loaded.default ?? loaded
}
