/**
 * The provider `ssh`: the system's `ssh -R`, to a server of one's own or to a service that gives addresses that way.
 *
 * Which server keys are good is not decided here: `ssh` checks them against the user's own known_hosts and
 * configuration. An unknown key is refused (nobody is there to be asked), a changed one too.
 */

import { FicDevError } from '../../errors.ts'
import { startProgram, type Variables } from '../program.ts'
import type { OpeningOptions, OpenTunnel, TunnelProvider } from '../provider.ts'
import { readSshHost, type SshHost } from './ssh-host.ts'

export interface SshOptions {
  /** `--tunnel-host`, for example `me@example.com:22`. */
  host: string | undefined
  /** `--public-url`: where the server of one's own lets people in. A service prints its address instead. */
  publicUrl: string | undefined
  environment: Variables
}

export function sshProvider({ host, publicUrl, environment }: SshOptions): TunnelProvider {
  const server = host === undefined ? null : readSshHost(host)
  if (server === null) {
    throw new FicDevError(
      'CONFIG_INVALID',
      host === undefined
        ? 'The tunnel ssh needs a server.'
        : `--tunnel-host is "${host}", which is no server for ssh.`,
      {
        hint: 'Examples: --tunnel-host nokey@localhost.run, or a server of your own, --tunnel-host me@example.com:22 --public-url https://hooks.example.com',
      },
    )
  }
  return {
    name: 'ssh',
    urlStability: publicUrl === undefined ? 'per-start' : 'fixed',
    runs: true,
    start: (options) => openTunnel(server, publicUrl, environment, options),
  }
}

async function openTunnel(
  server: SshHost,
  publicUrl: string | undefined,
  environment: Variables,
  options: OpeningOptions,
): Promise<OpenTunnel> {
  const program = await startProgram({
    command: 'ssh',
    args: toArguments(server, publicUrl !== undefined, options.port),
    environment,
    install: 'apt-get install openssh-client (Windows: Add-WindowsCapability -Online -Name OpenSSH.Client)',
    isTelling: (line) => !/^(?:debug\d|Authenticated to|OpenSSH_|Transferred|Bytes per second)/.test(line),
  })
  const read =
    publicUrl === undefined ? readPrintedUrl : (line: string) => (isForwarded(line) ? publicUrl : undefined)
  const url = await program.until((line) => {
    refuseHopeless(line, server)
    return read(line)
  }, options)
  return program.toTunnel(url, options.onHint, /^Timeout, server|^client_loop: send disconnect/)
}

const serviceOptions = {
  BatchMode: 'yes',
  ExitOnForwardFailure: 'yes',
  ServerAliveInterval: '15',
  ServerAliveCountMax: '2',
  ConnectTimeout: '10',
  // A connection of its own, and nothing of this machine that it does not need.
  ControlMaster: 'no',
  ControlPath: 'none',
  ForwardAgent: 'no',
  ForwardX11: 'no',
  PermitLocalCommand: 'no',
  RequestTTY: 'no',
}

/** `-v`, because only there ssh says that the server has agreed. A service prints its address in a session. */
function toArguments(server: SshHost, isOwn: boolean, port: number): string[] {
  const remotePort = server.remotePort ?? (isOwn ? 4621 : 80)
  const settings = Object.entries(serviceOptions).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  // On a server of one's own, only its proxy should reach the port.
  const from = isOwn ? `localhost:${remotePort}` : `${remotePort}`
  return [
    '-v',
    ...(isOwn ? ['-N'] : []),
    ...settings,
    ...(server.port === null ? [] : ['-p', String(server.port)]),
    '-R',
    `${from}:127.0.0.1:${port}`,
    '--',
    server.destination,
  ]
}

function isForwarded(line: string): boolean {
  return line.startsWith('debug1: remote forward success')
}

/** As localhost.run (`… tunneled with tls termination, https://…`) and serveo (`Forwarding HTTP traffic from https://…`) print it. */
function readPrintedUrl(line: string): string | undefined {
  return /(?:tunneled with|forwarding\b).*?(https?:\/\/[^\s/]+)/i.exec(line)?.[1]
}

/** What no second attempt would mend. @throws FicDevError TUNNEL_PROVIDER */
function refuseHopeless(line: string, { destination, port }: SshHost): void {
  const byHand = `ssh ${port === null ? '' : `-p ${port} `}${destination}`
  if (/^Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED/.test(line)) {
    throw new FicDevError(
      'TUNNEL_PROVIDER',
      `The key of ${destination} is not known to ssh, or has changed.`,
      {
        hint: `Look at it and accept it once: ${byHand}`,
      },
    )
  }
  if (/Permission denied \(/.test(line)) {
    throw new FicDevError('TUNNEL_PROVIDER', `${destination} refused the keys of this machine.`, {
      hint: `The login must work without a password: run ssh-add or ssh-copy-id, then try ${byHand}`,
    })
  }
}
