/** All providers by name. A new one is a file of the shape in `provider.ts` and a line here; CONTRIBUTING.md has more. */

import type { TunnelName } from '../contract/vocabulary.ts'
import { FicDevError } from '../errors.ts'
import { cloudflaredProvider } from './providers/cloudflared.ts'
import { localtunnelProvider } from './providers/localtunnel.ts'
import { ngrokProvider } from './providers/ngrok.ts'
import type { Variables } from './program.ts'
import type { TunnelProvider } from './provider.ts'
import { sshProvider } from './providers/ssh.ts'
import { forwardedPortProvider, loopbackProvider, publicUrlProvider } from './providers/static-url.ts'
import { tailscaleProvider } from './providers/tailscale.ts'

export interface ProviderOptions {
  /** `--tunnel-host`: the localtunnel server to use, or the server for ssh. */
  host?: string | undefined
  /** `--public-url`; wins over the name, but for `ssh`: there it is where the server lets people in. */
  publicUrl?: string | undefined
  /** The variables of the process: for programs, and for the accounts of the services. */
  environment?: Variables
  /** Where a library that the user installed is looked for. */
  projectDir?: string
}

const makers: Record<Exclude<TunnelName, 'public-url'>, (options: ProviderOptions) => TunnelProvider> = {
  localtunnel: ({ host }) =>
    localtunnelProvider(host === undefined ? undefined : readUrl('--tunnel-host', host)),
  cloudflared: ({ environment = {} }) => cloudflaredProvider(environment),
  ngrok: ({ environment = {}, projectDir = '.' }) => ngrokProvider(environment, projectDir),
  tailscale: ({ environment = {} }) => tailscaleProvider(environment),
  ssh: ({ host, publicUrl, environment = {} }) =>
    sshProvider({
      host,
      environment,
      publicUrl: publicUrl === undefined ? undefined : readUrl('--public-url', publicUrl),
    }),
  'forwarded-port': ({ environment = {} }) => forwardedPortProvider(environment),
  none: () => loopbackProvider(),
}

/** Throws `TUNNEL_PROVIDER` for a name that nobody has, `CONFIG_INVALID` for an address that is none. */
export function findProvider(name: string, options: ProviderOptions = {}): TunnelProvider {
  if (options.publicUrl !== undefined && name !== 'ssh') {
    return publicUrlProvider(readUrl('--public-url', options.publicUrl))
  }
  const make = Object.hasOwn(makers, name) ? makers[name as keyof typeof makers] : undefined
  if (!make) {
    throw new FicDevError('TUNNEL_PROVIDER', `There is no tunnel provider "${name}".`, {
      hint: `Choose one of: ${Object.keys(makers).join(', ')}; or give your own address with --public-url.`,
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
