/** Opens the first of the wanted tunnels that can be opened. */

import type { TunnelStatus } from '../contract/status.ts'
import { FicDevError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { toTunnelFailure } from './failure.ts'
import { readForwardedPort } from './forwarded-port.ts'
import type { Probe, ProbeOutcome } from './probe.ts'
import type { Variables } from './program.ts'
import type { TunnelProvider } from './provider.ts'
import { findProvider } from './providers.ts'
import { readSshHost } from './providers/ssh-host.ts'
import type { TunnelEvent } from './record.ts'
import { createTunnel, type Tunnel } from './supervisor.ts'
import { defaultTiming, type TunnelTiming } from './timing.ts'

/** The settings that decide which tunnel is opened, and how. */
interface TunnelSettings {
  /** Names of providers, in the order in which they are tried. */
  readonly tunnel: readonly string[]
  /** A server of the user's own, for localtunnel or ssh. */
  readonly tunnelHost: string | null
  /** An address of the user's own that leads to the sink. */
  readonly publicUrl: string | null
  readonly subdomain: string | null
  /** Absolute. */
  readonly dataDir: string
}

export interface OpenTunnelOptions {
  settings: TunnelSettings
  port: number
  sinkPath: string
  /** Kept per project; a named one wins. */
  subdomain: string
  probe: Probe
  log: Logger
  /** For the providers' programs and accounts. */
  environment: Variables
  timing?: Partial<TunnelTiming>
  /** Asked when our name counts as somebody else's. */
  mayTakeOtherName?: () => boolean
  /** Ends an opening that is under way. */
  signal?: AbortSignal
  /** Before each opening, so that states are seen from the first on. */
  onTunnel(tunnel: Tunnel): void
}

/** The tunnel of a daemon: none before it is opened, then the first that works. */
export interface MainTunnel {
  /**
   * Resolves when a tunnel is open.
   * @param port the sink's port on 127.0.0.1
   * @throws FicDevError with what each provider said
   */
  open(port: number): Promise<void>
  /** `null` before it is opened. */
  status(): TunnelStatus | null
  /** As of `Tunnel`. */
  publicUrl(): string | null
  probeNow(): Promise<ProbeOutcome>
  /** Whether the public URL will be the same after the next start. */
  isStable(): boolean
  /** Ends an opening, too. */
  close(): Promise<void>
}

export interface MainTunnelOptions extends Omit<OpenTunnelOptions, 'port' | 'signal' | 'onTunnel'> {
  /** Gets each state, also of tunnels that could not be opened. */
  onStatus(status: TunnelStatus): void
  /** Gets what happens to the tunnel after it was opened. */
  onEvent(event: TunnelEvent): void
}

/** Opens nothing before `open`. */
export function createMainTunnel({ onStatus, onEvent, ...options }: MainTunnelOptions): MainTunnel {
  const closing = new AbortController()
  let current: Tunnel | null = null
  let isStable = true
  return {
    async open(port) {
      const { tunnel, urlStability } = await openTunnel({
        ...options,
        port,
        signal: closing.signal,
        onTunnel(opening) {
          current = opening
          opening.onChange(onStatus)
        },
      })
      isStable = urlStability !== 'per-start'
      tunnel.onChange((_status, event) => onEvent(event))
    },
    status: () => current?.status() ?? null,
    publicUrl: () => current?.publicUrl() ?? null,
    probeNow: async () => current?.probeNow() ?? { outcome: 'failed', reason: 'There is no tunnel now.' },
    isStable: () => isStable,
    async close() {
      closing.abort()
      await current?.close()
    },
  }
}

export interface OpenedTunnel {
  tunnel: Tunnel
  urlStability: TunnelProvider['urlStability']
}

/**
 * The providers share `openingLimitMs`, whatever their number.
 * @throws FicDevError with what each of them said
 */
export async function openTunnel(options: OpenTunnelOptions): Promise<OpenedTunnel> {
  const { settings, environment } = options
  const names = namesOf(settings)
  const limitMs = options.timing?.openingLimitMs ?? defaultTiming.openingLimitMs
  const endsAt = performance.now() + limitMs
  offerForwardedPort(options, names, environment)

  const providers = names.map((name) => providerOf(name, settings, environment))
  const failures: FicDevError[] = []
  // One that took longer than its share leaves the others theirs.
  const shareMs = limitMs / providers.length
  for (const [index, provider] of providers.entries()) {
    const leftMs = endsAt - performance.now()
    const openingLimitMs = Math.round(Math.max(shareMs, leftMs / (providers.length - index)))
    const tunnel = createTunnel({
      provider,
      port: options.port,
      sinkPath: options.sinkPath,
      subdomain: settings.subdomain ?? options.subdomain,
      probe: options.probe,
      log: options.log,
      timing: { ...options.timing, openingLimitMs },
      ...(options.mayTakeOtherName && { mayTakeOtherName: options.mayTakeOtherName }),
    })
    options.onTunnel(tunnel)
    const close = () => void tunnel.close()
    options.signal?.addEventListener('abort', close)
    try {
      options.signal?.throwIfAborted()
      await tunnel.start()
      return { tunnel, urlStability: provider.urlStability }
    } catch (thrown) {
      await tunnel.close()
      if (!(thrown instanceof FicDevError) || options.signal?.aborted) throw thrown
      const isLast = index === providers.length - 1
      // What is thrown in the end says it of the last one.
      if (!isLast) {
        options.log.warn({ provider: provider.name, reason: thrown.message }, 'tunnel could not be opened')
      }
      failures.push(thrown)
    } finally {
      options.signal?.removeEventListener('abort', close)
    }
  }
  throw toTunnelFailure(names, failures, readForwardedPort(environment, options.port))
}

/** An address of the user's own stands for a tunnel, but for ssh: there it is where the server lets people in. */
function namesOf({ tunnel, publicUrl }: TunnelSettings): readonly string[] {
  return publicUrl === null || tunnel.includes('ssh') ? tunnel : ['public-url']
}

/** @throws FicDevError TUNNEL_PROVIDER, CONFIG_INVALID */
function providerOf(
  name: string,
  { tunnel, tunnelHost, publicUrl, dataDir }: TunnelSettings,
  environment: Variables,
): TunnelProvider {
  // A server for ssh says nothing about localtunnel's, where both are named.
  const isForSsh = tunnelHost !== null && tunnel.includes('ssh') && readSshHost(tunnelHost) !== null
  const hasHost = tunnelHost !== null && (!isForSsh || name === 'ssh')
  const isPublicUrl = publicUrl !== null && (name === 'ssh' || name === 'public-url')
  return findProvider(name, {
    environment,
    projectDir: dataDir,
    ...(hasHost && { host: tunnelHost }),
    ...(isPublicUrl && { publicUrl }),
  })
}

function offerForwardedPort(
  { log, port }: OpenTunnelOptions,
  names: readonly string[],
  environment: Variables,
): void {
  const forwarded = readForwardedPort(environment, port)
  if (forwarded === null || names.some((name) => ['forwarded-port', 'public-url', 'none'].includes(name)))
    return
  const { place, openWith } = forwarded
  log.warn(
    { place, instead: '--tunnel forwarded-port', after: openWith },
    'no tunnel is needed here: ports have public addresses of their own',
  )
}
