/** Opens the first of the wanted tunnels that can be opened. */

import type { Config } from '../config/config.ts'
import { readEnvironment } from '../config/environment.ts'
import { FicDevError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { toTunnelFailure } from '../tunnel/failure.ts'
import { readForwardedPort } from '../tunnel/forwarded-port.ts'
import type { Probe } from '../tunnel/probe.ts'
import type { Variables } from '../tunnel/program.ts'
import type { TunnelProvider } from '../tunnel/provider.ts'
import { findProvider } from '../tunnel/providers.ts'
import { readSshHost } from '../tunnel/ssh-host.ts'
import { createTunnel, type Tunnel } from '../tunnel/supervisor.ts'
import { defaultTiming, type TunnelTiming } from '../tunnel/timing.ts'

export interface OpenTunnelOptions {
  config: Pick<Config, 'tunnel' | 'tunnelHost' | 'publicUrl' | 'subdomain' | 'dataDir'>
  port: number
  sinkPath: string
  /** Kept per project; a named one wins. */
  subdomain: string
  probe: Probe
  log: Logger
  /** For the providers' programs and accounts; that of the process, unless told. */
  environment?: Variables
  timing?: Partial<TunnelTiming>
  /** Asked when our name counts as somebody else's. */
  mayTakeOtherName?: () => boolean
  /** Ends an opening that is under way. */
  signal?: AbortSignal
  /** Before each opening, so that states are seen from the first on. */
  onTunnel(tunnel: Tunnel): void
}

export interface OpenedTunnel {
  tunnel: Tunnel
  urlStability: TunnelProvider['urlStability']
}

/** Takes `openingLimitMs` at most, whatever the number of providers. @throws FicDevError with what each of them said */
export async function openTunnel(options: OpenTunnelOptions): Promise<OpenedTunnel> {
  const environment = options.environment ?? variablesOfProcess()
  const names = namesOf(options.config)
  const limitMs = options.timing?.openingLimitMs ?? defaultTiming.openingLimitMs
  const endsAt = performance.now() + limitMs
  offerForwardedPort(options, names, environment)

  const providers = names.map((name) => providerOf(name, options.config, environment))
  const failures: FicDevError[] = []
  for (const [index, provider] of providers.entries()) {
    const openingLimitMs = Math.max(1, Math.round((endsAt - performance.now()) / (providers.length - index)))
    const tunnel = createTunnel({
      provider,
      port: options.port,
      sinkPath: options.sinkPath,
      subdomain: options.config.subdomain ?? options.subdomain,
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
function namesOf({ tunnel, publicUrl }: OpenTunnelOptions['config']): readonly string[] {
  return publicUrl === null || tunnel.includes('ssh') ? tunnel : ['public-url']
}

/** @throws FicDevError TUNNEL_PROVIDER, CONFIG_INVALID */
function providerOf(
  name: string,
  { tunnel, tunnelHost, publicUrl, dataDir }: OpenTunnelOptions['config'],
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

function variablesOfProcess(): Variables {
  const variables = [...readEnvironment('.')].map(([name, { value }]) => [name, value])
  return Object.fromEntries(variables)
}
