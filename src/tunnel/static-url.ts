/** Public addresses for which nothing of ours has to run: the user's own proxy, and loopback for the emulator. */

import type { OpenTunnel, TunnelProvider } from './provider.ts'

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

function still(url: string): OpenTunnel {
  return { url, granted: null, stop: async () => {} }
}
