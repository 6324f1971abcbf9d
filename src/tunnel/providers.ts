/** All providers by name. A new one is a file of the shape in `provider.ts` and a line here; CONTRIBUTING.md has more. */

import { FicDevError } from '../errors.ts'
import { readUrl, showUrl } from '../http/url.ts'
import { cloudflaredProvider } from './cloudflared.ts'
import { localtunnelProvider } from './localtunnel.ts'
import { ngrokProvider } from './ngrok.ts'
import type { Variables } from './program.ts'
import type { TunnelProvider } from './provider.ts'
import { sshProvider } from './ssh.ts'
import { forwardedPortProvider, loopbackProvider, publicUrlProvider } from './static-url.ts'
import { tailscaleProvider } from './tailscale.ts'

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

const makers: Record<string, (options: ProviderOptions) => TunnelProvider> = {
  localtunnel: ({ host }) =>
    localtunnelProvider(host === undefined ? undefined : toAddress('--tunnel-host', host)),
  cloudflared: ({ environment = {} }) => cloudflaredProvider(environment),
  ngrok: ({ environment = {}, projectDir = '.' }) => ngrokProvider(environment, projectDir),
  tailscale: ({ environment = {} }) => tailscaleProvider(environment),
  ssh: ({ host, publicUrl, environment = {} }) =>
    sshProvider({
      host,
      environment,
      publicUrl: publicUrl === undefined ? undefined : toAddress('--public-url', publicUrl),
    }),
  'forwarded-port': ({ environment = {} }) => forwardedPortProvider(environment),
  none: () => loopbackProvider(),
}

/** What `--tunnel` accepts. */
const providerNames: readonly string[] = Object.keys(makers)

/** Throws `TUNNEL_PROVIDER` for a name that nobody has, `CONFIG_INVALID` for an address that is none. */
export function findProvider(name: string, options: ProviderOptions = {}): TunnelProvider {
  if (options.publicUrl !== undefined && name !== 'ssh') {
    return publicUrlProvider(toAddress('--public-url', options.publicUrl))
  }
  const make = Object.hasOwn(makers, name) ? makers[name] : undefined
  if (!make) {
    throw new FicDevError('TUNNEL_PROVIDER', `There is no tunnel provider "${name}".`, {
      hint: `Choose one of: ${providerNames.join(', ')}; or give your own address with --public-url.`,
    })
  }
  return make(options)
}

function toAddress(flag: string, text: string): string {
  const reading = readUrl(text)
  if ('problem' in reading) {
    throw new FicDevError('CONFIG_INVALID', `${flag} is ${showUrl(text)}, which ${reading.problem}.`, {
      hint: `Example: ${flag} https://hooks.example.com`,
    })
  }
  return reading.url.href.replace(/\/+$/, '')
}
