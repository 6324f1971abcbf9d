/**
 * The provider `tailscale`: Tailscale Funnel. Runs in the foreground, so that its entry in the serve configuration
 * ends with it; a configuration of the user's is read to keep out of its way, and never changed.
 */

import { FicDevError } from '../../errors.ts'
import { readProgram, startProgram, type Variables } from '../program.ts'
import type { OpeningOptions, OpenTunnel, TunnelProvider } from '../provider.ts'
import { readTakenPorts, readTailscaleState } from './tailscale-status.ts'

/** The only ports that Funnel has, the one without a number in the address first. */
const funnelPorts = [443, 8443, 10_000]

export function tailscaleProvider(environment: Variables): TunnelProvider {
  return {
    name: 'tailscale',
    urlStability: 'fixed',
    runs: true,
    start: (options) => openTunnel(environment, options),
  }
}

async function openTunnel(environment: Variables, options: OpeningOptions): Promise<OpenTunnel> {
  const { port, signal, onHint } = options
  const endsAt = performance.now() + options.timeoutMs
  const left = () => ({ signal, timeoutMs: Math.max(1, Math.round(endsAt - performance.now())) })
  const program = (...args: string[]) => ({
    command: 'tailscale',
    args,
    environment,
    install: 'https://tailscale.com/download',
  })
  demandRunning(await readProgram(program('status', '--json'), left()))
  const taken = readTakenPorts(await readProgram(program('serve', 'status', '--json'), left()))
  const funnelPort = freePort(taken)
  const funnel = await startProgram(program('funnel', `--https=${funnelPort}`, `http://127.0.0.1:${port}`))
  const url = await funnel.until(urlReader(), left())
  return funnel.toTunnel(url, onHint)
}

/** @throws FicDevError TUNNEL_PROVIDER */
function demandRunning(status: string): void {
  const state = readTailscaleState(status)
  if (state === 'Running') return
  throw new FicDevError('TUNNEL_PROVIDER', `Tailscale is not connected (${state}).`, {
    hint: 'Connect it: tailscale up',
  })
}

/** @throws FicDevError TUNNEL_PROVIDER */
function freePort(taken: ReadonlySet<number>): number {
  const free = funnelPorts.find((port) => !taken.has(port))
  if (free !== undefined) return free
  throw new FicDevError(
    'TUNNEL_PROVIDER',
    'All ports of Tailscale Funnel are in use by your own serve configuration.',
    {
      hint: `tailscale serve status shows it; fic-dev does not change it. Free one of ${funnelPorts.join(', ')}, or take another --tunnel.`,
    },
  )
}

/** The address follows the heading; an address after "To enable, visit:" is for the person. */
function urlReader(): (line: string) => string | undefined {
  let next: 'heading' | 'address' | 'enable' = 'heading'
  return (line) => {
    if (/access denied|permission denied/i.test(line)) {
      throw new FicDevError('TUNNEL_PROVIDER', `Tailscale refuses: ${line.trim()}`, {
        hint: 'Let your user do it, once: sudo tailscale set --operator=$USER',
      })
    }
    if (/Available on the internet/i.test(line)) next = 'address'
    if (/To enable, visit/i.test(line)) next = 'enable'
    const url = /^\s*(https?:\/\/\S+?)\/?\s*$/.exec(line)?.[1]
    if (url === undefined || next === 'heading') return undefined
    if (next === 'address') return url
    throw new FicDevError('TUNNEL_PROVIDER', 'Funnel is not enabled in your tailnet.', {
      hint: `Enable it, once: ${url}`,
    })
  }
}
