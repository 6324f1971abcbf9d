/** Opens the first of the wanted tunnels that can be opened. */

import type { Config } from '../config/config.ts'
import { FicDevError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { findProvider } from '../tunnel/providers.ts'
import type { TunnelProvider } from '../tunnel/provider.ts'
import type { Probe } from '../tunnel/probe.ts'
import { createTunnel, type Tunnel } from '../tunnel/supervisor.ts'
import type { TunnelTiming } from '../tunnel/timing.ts'

export interface OpenTunnelOptions {
  config: Pick<Config, 'tunnel' | 'tunnelHost' | 'publicUrl' | 'subdomain'>
  port: number
  sinkPath: string
  /** Kept per project; a named one wins. */
  subdomain: string
  probe: Probe
  log: Logger
  timing?: Partial<TunnelTiming>
  /** Before each opening, so that states are seen from the first on. */
  onTunnel(tunnel: Tunnel): void
}

export interface OpenedTunnel {
  tunnel: Tunnel
  urlStability: TunnelProvider['urlStability']
}

/** @throws FicDevError TUNNEL_FAILED with what each provider said */
export async function openTunnel(options: OpenTunnelOptions): Promise<OpenedTunnel> {
  const { config } = options
  const names = config.publicUrl === null ? config.tunnel : ['public-url']
  const failures: FicDevError[] = []
  for (const name of names) {
    const provider = findProvider(name, {
      ...(config.tunnelHost !== null && { host: config.tunnelHost }),
      ...(config.publicUrl !== null && { publicUrl: config.publicUrl }),
    })
    const tunnel = createTunnel({
      provider,
      port: options.port,
      sinkPath: options.sinkPath,
      subdomain: config.subdomain ?? options.subdomain,
      probe: options.probe,
      log: options.log,
      ...(options.timing && { timing: options.timing }),
    })
    options.onTunnel(tunnel)
    try {
      await tunnel.start()
      return { tunnel, urlStability: provider.urlStability }
    } catch (thrown) {
      await tunnel.close()
      if (!(thrown instanceof FicDevError)) throw thrown
      options.log.warn({ provider: name, reason: thrown.message }, 'tunnel could not be opened')
      failures.push(thrown)
    }
  }
  throw asOne(failures)
}

function asOne(failures: FicDevError[]): FicDevError {
  const [only, ...others] = failures
  if (only && others.length === 0) return only
  return new FicDevError('TUNNEL_FAILED', failures.map(({ message }) => message).join(' '), {
    hint: only?.hint ?? 'Give your own address with --public-url, or work offline with --emulator.',
    cause: failures,
  })
}
