/** The provider `ngrok`: the library @ngrok/ngrok, an optional peer, with the authtoken of the environment. */

import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { FicDevError } from '../../errors.ts'
import { toNgrokError } from './ngrok-refusal.ts'
import type { Variables } from '../program.ts'
import type { OpeningOptions, OpenTunnel, TunnelProvider } from '../provider.ts'

/** Typed as any string: it is an optional peer, and types and bundle must do without it. */
export const ngrokPackage: string = '@ngrok/ngrok'

/** What we use of it. */
interface Ngrok {
  forward(options: {
    addr: string
    authtoken: string
    onStatusChange: (status: string) => void
  }): Promise<{ url(): string | null; close(): Promise<void> }>
}

/** Where no domain is asked for, ngrok gives the account's own, which stays. */
export function ngrokProvider(environment: Variables, projectDir: string): TunnelProvider {
  return {
    name: 'ngrok',
    urlStability: 'best-effort',
    runs: true,
    start: (options) => openTunnel(environment, projectDir, options),
  }
}

async function openTunnel(
  environment: Variables,
  projectDir: string,
  { port, signal, timeoutMs, onHint }: OpeningOptions,
): Promise<OpenTunnel> {
  const ngrok = await loadNgrok(projectDir)
  const authtoken = environment['NGROK_AUTHTOKEN']
  if (!authtoken) {
    throw new FicDevError('TUNNEL_PROVIDER', 'ngrok needs the authtoken of an account.', {
      hint: 'export NGROK_AUTHTOKEN=… (shown at https://dashboard.ngrok.com/get-started/your-authtoken)',
    })
  }
  signal.throwIfAborted()
  let stopping = false
  const opening = ngrok.forward({
    addr: `127.0.0.1:${port}`,
    authtoken,
    onStatusChange: (status) => {
      if (!stopping && status === 'closed')
        onHint({ kind: 'disconnected', words: 'ngrok lost its connection.' })
    },
  })
  try {
    const listener = await within(opening, signal, timeoutMs)
    const url = listener.url()
    if (url === null) throw new Error('ngrok gave no address.')
    return {
      url: url.replace(/\/+$/, ''),
      granted: null,
      async stop() {
        stopping = true
        await listener.close().catch(() => {})
      },
    }
  } catch (thrown) {
    stopping = true
    // It cannot be cancelled; what opens after all is closed at once.
    opening.then((listener) => listener.close()).catch(() => {})
    signal.throwIfAborted()
    throw toNgrokError(thrown, authtoken)
  }
}

/** @throws FicDevError TUNNEL_PROVIDER */
async function loadNgrok(projectDir: string): Promise<Ngrok> {
  const name = ngrokPackage
  try {
    // First where the user's project has it: fic-dev itself may run from elsewhere (npx).
    const found = createRequire(join(projectDir, 'package.json')).resolve(name)
    return toNgrok(await import(pathToFileURL(found).href))
  } catch {
    try {
      return toNgrok(await import(name))
    } catch (error) {
      throw new FicDevError('TUNNEL_PROVIDER', 'The library of ngrok is not installed.', {
        hint: 'Install it: npm install --save-dev @ngrok/ngrok',
        cause: error,
      })
    }
  }
}

function toNgrok(module: { default?: Ngrok } & Partial<Ngrok>): Ngrok {
  const { forward } = module.default ?? module
  if (forward === undefined) throw new Error('This is no @ngrok/ngrok.')
  return { forward }
}

async function within<Value>(work: Promise<Value>, signal: AbortSignal, timeoutMs: number): Promise<Value> {
  const until = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  const late = new Promise<never>((_, fail) => {
    until.addEventListener('abort', () =>
      fail(new Error(`ngrok was not ready within ${timeoutMs / 1_000} s`)),
    )
  })
  return Promise.race([work, late])
}
