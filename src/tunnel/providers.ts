/** All providers by name. A new one is a file of the shape in `provider.ts` and a line here. */

import { FicDevError } from '../errors.ts'
import { localtunnelProvider } from './localtunnel.ts'
import type { TunnelProvider } from './provider.ts'
import { loopbackProvider, publicUrlProvider } from './static-url.ts'

export interface ProviderOptions {
  /** `--tunnel-host`: the localtunnel server to use. */
  host?: string | undefined
  /** `--public-url`; wins over the name. */
  publicUrl?: string | undefined
}

const makers: Record<string, (options: ProviderOptions) => TunnelProvider> = {
  localtunnel: ({ host }) =>
    localtunnelProvider(host === undefined ? undefined : readUrl('--tunnel-host', host)),
  none: () => loopbackProvider(),
}

/** What `--tunnel` accepts. */
export const providerNames: readonly string[] = Object.keys(makers)

/** Throws `TUNNEL_PROVIDER` for a name that nobody has, `CONFIG_INVALID` for an address that is none. */
export function findProvider(name: string, options: ProviderOptions = {}): TunnelProvider {
  if (options.publicUrl !== undefined) {
    return publicUrlProvider(readUrl('--public-url', options.publicUrl))
  }
  const make = Object.hasOwn(makers, name) ? makers[name] : undefined
  if (!make) {
    throw new FicDevError('TUNNEL_PROVIDER', `There is no tunnel provider "${name}".`, {
      hint: `Choose one of: ${providerNames.join(', ')}; or give your own address with --public-url.`,
    })
  }
  return make(options)
}

function readUrl(flag: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  const plain = url && !url.search && !url.hash && !url.username && !url.password
  if (!plain || !/^https?:$/.test(url.protocol)) {
    throw new FicDevError('CONFIG_INVALID', `${flag} is "${text}", which is not a plain http(s) address.`, {
      hint: `Example: ${flag} https://hooks.example.com`,
    })
  }
  return url.href.replace(/\/+$/, '')
}
