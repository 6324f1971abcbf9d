/**
 * The provider `cloudflared`: Cloudflare's program, installed by the user and never downloaded by us. A quick tunnel
 * with a new name each time; with `TUNNEL_TOKEN` in the environment the named tunnel that the token belongs to.
 */

import { devNull } from 'node:os'

import { FicDevError } from '../../errors.ts'
import { startProgram, type Variables } from '../program.ts'
import type { OpeningOptions, OpenTunnel, TunnelProvider } from '../provider.ts'

export function cloudflaredProvider(environment: Variables): TunnelProvider {
  const isNamed = Boolean(environment['TUNNEL_TOKEN'])
  return {
    name: 'cloudflared',
    urlStability: isNamed ? 'fixed' : 'per-start',
    runs: true,
    // Where UDP is blocked it changes over to TCP only after some attempts.
    openTimeoutMs: 30_000,
    start: (options) => openTunnel(environment, isNamed, options),
  }
}

async function openTunnel(
  environment: Variables,
  isNamed: boolean,
  options: OpeningOptions,
): Promise<OpenTunnel> {
  const { port, onHint } = options
  const common = ['tunnel', '--no-autoupdate', '--loglevel', 'info']
  // A configuration of the user's own would forbid quick tunnels.
  const quick = ['--config', devNull, '--url', `http://127.0.0.1:${port}`]
  const program = await startProgram({
    command: 'cloudflared',
    args: [...common, ...(isNamed ? ['run'] : quick)],
    environment,
    install: 'brew install cloudflared, or see https://pkg.cloudflare.com',
    isTelling: (line) => / (?:ERR|FTL) /.test(line) || !/ (?:INF|WRN) /.test(line),
  })
  const url = await program.until(isNamed ? namedReader(port) : quickReader(), options)
  const tunnel = program.toTunnel(url, onHint, /Connection terminated|Lost connection|Unregistered tunnel/)
  return isNamed ? tunnel : { ...tunnel, isNewName: true }
}

/** The address stands in a box that is printed before anything is connected. */
function quickReader(): (line: string) => string | undefined {
  let url: string | undefined
  return (line) => {
    url ??= /\|\s+(https?:\/\/[^\s/]+)\/?\s+\|/.exec(line)?.[1]
    return isRegistered(line) ? url : undefined
  }
}

/** A named tunnel gets its public host names from the dashboard; it prints them once it is connected. */
function namedReader(port: number): (line: string) => string | undefined {
  let registered = false
  let url: string | undefined
  return (line) => {
    registered ||= isRegistered(line)
    const rules = readRules(line)
    if (rules !== null) url = toOwnUrl(rules, port)
    return registered ? url : undefined
  }
}

function isRegistered(line: string): boolean {
  return /Registered tunnel connection|Connection \S+ registered/.test(line)
}

interface Rule {
  hostname?: string
  service?: string
}

/** From `Updated to new configuration config="{\"ingress\":[…]}" version=1`. */
function readRules(line: string): Rule[] | null {
  const quoted = /Updated to new configuration config=("(?:[^"\\]|\\.)*")/.exec(line)?.[1]
  if (quoted === undefined) return null
  try {
    const { ingress }: { ingress?: unknown } = JSON.parse(JSON.parse(quoted))
    return Array.isArray(ingress) ? ingress : []
  } catch {
    return null
  }
}

/** @throws FicDevError TUNNEL_PROVIDER */
function toOwnUrl(rules: Rule[], port: number): string {
  const own = new RegExp(`^http://(?:localhost|127\\.0\\.0\\.1):${port}/?$`)
  const found = rules.find(({ hostname, service }) => hostname && service && own.test(service))
  if (found) return `https://${found.hostname}`
  throw new FicDevError('TUNNEL_PROVIDER', `The tunnel of TUNNEL_TOKEN does not lead to port ${port}.`, {
    hint: `Give it a public hostname with the service http://localhost:${port} in Cloudflare's dashboard, and name that port with --sink-port.`,
  })
}
