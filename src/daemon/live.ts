/** What only exists once it has started, and what follows from it: addresses, audiences, the public key. */

import type { Addresses } from '../daemon.ts'
import type { Emulator } from '../emulator/index.ts'
import type { ResourceReader } from '../fic/resources.ts'
import { ficPublicKeyPem } from '../fic/signature/public-key.ts'
import type { SubscriptionsByHand } from '../subscription/by-hand.ts'
import type { Tunnel } from '../tunnel/supervisor.ts'
import type { Sharing } from './sharing.ts'
import type { ManagedSubscription } from './managed-subscription.ts'

export class Live {
  tunnel: Tunnel | null = null
  emulator: Emulator | null = null
  managed: ManagedSubscription | null = null
  sharing: Sharing | null = null
  /** `null` without a token and a company. */
  subscriptions: SubscriptionsByHand | null = null
  /** `null` without a token. */
  resources: ResourceReader | null = null
  /** Sink URLs under which Fatture in Cloud may know us before the tunnel is up again. */
  knownSinks: readonly string[] = []
  sinkPort: number | null = null
  inspectorPort: number | null = null
  readonly startedAt: string
  readonly #sinkPath: string
  readonly #configuredKey: string | null

  /** `configuredKey` is PEM: the key that tokens are checked with where there is no emulator in this process. */
  constructor(startedAt: Date, sinkPath: string, configuredKey: string | null) {
    this.startedAt = startedAt.toISOString()
    this.#sinkPath = sinkPath
    this.#configuredKey = configuredKey
  }

  /** What Fatture in Cloud calls; `null` while there is no public address. */
  get sinkUrl(): string | null {
    const publicUrl = this.tunnel?.publicUrl() ?? null
    return publicUrl === null ? null : publicUrl + this.#sinkPath
  }

  get localSinkUrl(): string | null {
    return this.sinkPort === null ? null : `http://127.0.0.1:${this.sinkPort}${this.#sinkPath}`
  }

  get inspectorUrl(): string {
    return `http://127.0.0.1:${this.inspectorPort ?? 0}`
  }

  get publicKey(): string {
    return this.emulator?.publicKey ?? this.#configuredKey ?? ficPublicKeyPem
  }

  /** The sink URLs that a token may name. */
  audiences(): string[] {
    return [...new Set([this.sinkUrl, this.localSinkUrl, ...this.knownSinks].filter((url) => url !== null))]
  }

  /** Whether the verification that another sink costs could be had now; by hand nobody could follow. */
  mayMoveSink(): boolean {
    const budget = this.managed?.keeper.status().budget ?? null
    return budget !== null && budget.used < budget.limit && budget.nextPossibleAt === null
  }

  ownPorts(): number[] {
    const emulatorPort = this.emulator ? Number(new URL(this.emulator.url).port) : null
    return [this.sinkPort, this.inspectorPort, emulatorPort].filter((port) => port !== null)
  }

  addresses(openUrl: string): Addresses {
    return {
      inspectorUrl: this.inspectorUrl,
      sinkUrl: this.sinkUrl ?? this.localSinkUrl ?? '',
      ...(this.emulator && { emulatorUrl: this.emulator.url }),
      ...(this.sharing && { shareUrl: this.sharing.status().url }),
      openUrl,
    }
  }
}
