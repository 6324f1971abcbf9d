/** What the developer's app has to know to take notifications on this machine: keys, audiences, the API. */

import type { AppEnvironment, KeyEntry } from '../contract/api.ts'
import type { ShareStatus } from '../contract/status.ts'
import type { Config } from '../config/config.ts'
import type { Forwarding } from '../delivery/forwarding.ts'
import { provenAudience } from '../fic/signature/audience.ts'
import { toBase64Key } from '../fic/signature/public-key.ts'
import type { ProjectSecrets } from '../store/secrets.ts'
import type { Store } from '../store/store.ts'
import type { Addresses } from './addresses.ts'

export interface AppEnvironmentParts {
  config: Config
  project: Pick<ProjectSecrets, 'devKey' | 'sinkSecret'>
  /** PEM: the key that notifications are signed with. */
  publicKey: string
  store: Pick<Store, 'find' | 'notification'>
  addresses: Pick<Addresses, 'audiences' | 'localSinkUrl'>
  /** `null` if nothing is shared. */
  share: ShareStatus | null
  /** Of the emulator in this process. */
  emulatorUrl: string | null
  forwarding: Pick<Forwarding, 'settings'>
}

/** The dev key, and the key that notifications are signed with, each with what it is. */
export function toKeys({
  config,
  project,
  publicKey,
}: Pick<AppEnvironmentParts, 'config' | 'project' | 'publicKey'>): KeyEntry[] {
  return [
    toKeyEntry('dev', project.devKey.publicKey, 'Dev key: signs check, and replays with --sign dev'),
    toKeyEntry('fic', publicKey, labelOf(config)),
  ]
}

function labelOf({ emulator, publicKey }: Config): string {
  if (emulator) return 'The emulator: signs notifications'
  return publicKey === null
    ? 'Fatture in Cloud: signs notifications'
    : 'The key that --public-key names: signs notifications'
}

function toKeyEntry(name: KeyEntry['name'], pem: string, label: string): KeyEntry {
  return { name, label, pem, base64: toBase64Key(pem) }
}

export async function toAppEnvironment(parts: AppEnvironmentParts): Promise<AppEnvironment> {
  const { config, share, emulatorUrl } = parts
  const isFollower = share?.role === 'follower'
  const sinks = isFollower ? await hubSinks(parts.store, share.hubSink) : ownSinks(parts)
  const targets = parts.forwarding.settings().forwardTo.map(({ url }) => new URL(url).href)
  return {
    publicKeys: toKeys(parts),
    audiences: [...new Set([...sinks, ...targets])],
    apiBase: emulatorUrl ?? emulatorUrlOf(config) ?? config.apiBase,
    undecided: sinks.length > 0 ? null : isFollower ? undecidedHub : undecidedSink,
  }
}

const undecidedSink =
  'FIC_AUDIENCES lacks the sink of fic-dev, whose address is known after the start. Run this again then, and restart your app.'
const undecidedHub =
  'FIC_AUDIENCES lacks the sink of the hub, which the first notification names. Run this again then, and restart your app.'

/** Those of this moment; without a running fic-dev, those that the next start is sure to have. */
function ownSinks({ config, project, addresses }: AppEnvironmentParts): string[] {
  const { emulator, tunnel, publicUrl, sinkPort } = config
  const isLoopback = emulator && publicUrl === null && tunnel.every((name) => name === 'none')
  const planned =
    addresses.localSinkUrl() === null && isLoopback ? [loopbackSink(sinkPort.port, project)] : []
  return [...addresses.audiences(), ...planned]
}

function loopbackSink(port: number, { sinkSecret }: Pick<ProjectSecrets, 'sinkSecret'>): string {
  return `http://127.0.0.1:${port}/${sinkSecret}`
}

function emulatorUrlOf({ emulator, emulatorPort }: Config): string | null {
  return emulator ? `http://127.0.0.1:${emulatorPort.port}` : null
}

const looked = 20

/** A follower knows the sink of the hub only from notifications; earlier sinks are those of deliveries that wait. */
async function hubSinks(store: AppEnvironmentParts['store'], newest: string | null): Promise<string[]> {
  const { seqs } = await store.find({ terms: [] }, looked)
  const named = seqs.flatMap((seq) => {
    const signature = store.notification(seq)?.signature
    return signature ? [provenAudience(signature)] : []
  })
  return [...new Set([newest, ...named].filter((value) => typeof value === 'string'))]
}
