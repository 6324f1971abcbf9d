/** Public addresses for which nothing of ours has to run: the user's own proxy, the workspace's, and loopback. */

import { FicDevError } from '../../errors.ts'
import { readForwardedPort } from '../forwarded-port.ts'
import type { Variables } from '../program.ts'
import type { OpenTunnel, TunnelProvider } from '../provider.ts'

/** `--public-url`: somebody else brings this address to the sink's port. */
export function publicUrlProvider(publicUrl: string): TunnelProvider {
  const url = publicUrl.replace(/\/+$/, '')
  return { name: 'public-url', urlStability: 'fixed', runs: false, start: async () => still(url) }
}

/** `--tunnel none`: only this machine can reach the sink, which is enough for the emulator. */
export function loopbackProvider(): TunnelProvider {
  return {
    name: 'none',
    urlStability: 'fixed',
    runs: false,
    start: async ({ port }) => still(`http://127.0.0.1:${port}`),
  }
}

/** `--tunnel forwarded-port`: in Codespaces and Gitpod, the port's own public address. */
export function forwardedPortProvider(environment: Variables): TunnelProvider {
  return {
    name: 'forwarded-port',
    urlStability: 'fixed',
    runs: false,
    async start({ port }) {
      const forwarded = readForwardedPort(environment, port)
      if (forwarded) return still(forwarded.url)
      throw new FicDevError('TUNNEL_PROVIDER', 'This is neither GitHub Codespaces nor Gitpod.', {
        hint: 'Take a tunnel that works everywhere: --tunnel localtunnel',
      })
    },
  }
}

function still(url: string): OpenTunnel {
  return { url, granted: null, stop: async () => {} }
}
