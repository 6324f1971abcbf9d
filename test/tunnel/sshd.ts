/** A real sshd of Debian's openssh-server on loopback, with keys of its own, and an `ssh` that knows them. */

import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { freePort } from '../support/ports.ts'
import { descendantsOf, signalTo } from '../support/process-facts.ts'

const programs = ['/usr/sbin/sshd', '/usr/bin/ssh', '/usr/bin/ssh-keygen']

/** Why there can be no such server here, or `null`. */
export const noSshd: string | null = programs.every(existsSync)
  ? null
  : 'openssh-server is not installed: apt-get install openssh-server'

export interface Sshd {
  /** For `--tunnel-host`, without a remote port. */
  host: string
  /** For `PATH`: an `ssh` that has the right key, and knows the server if it was told to. */
  path: string
  /** Ends it with all its sessions, as a crash does. */
  kill(): Promise<void>
  /** From here on it holds all connections and says nothing. */
  suspend(): void
  resume(): void
  /** Starts it again on the same port. */
  restart(): Promise<void>
}

export interface SshdOptions {
  /** What it runs in each session, in place of a shell. */
  command?: string
  /** Whether the client knows the server's key, and the server the client's. */
  knownHost?: boolean
  authorized?: boolean
}

export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const { command, knownHost = true, authorized = true } = options
  const folder = mkdtempSync(join(tmpdir(), 'fic-dev-sshd-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const inFolder = (name: string) => join(folder, name)
  const port = await freePort()
  for (const key of ['host', 'client', 'stranger']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', inFolder(key)])
  }
  const publicKey = (key: string) => readFileSync(inFolder(`${key}.pub`), 'utf8')
  writeFileSync(inFolder('authorized_keys'), publicKey(authorized ? 'client' : 'stranger'), { mode: 0o600 })
  const known = publicKey(knownHost ? 'host' : 'stranger')
  writeFileSync(inFolder('known_hosts'), knownHost ? `[127.0.0.1]:${port} ${known}` : '')
  writeFileSync(
    inFolder('sshd_config'),
    [
      `Port ${port}`,
      // Else a port that is taken on 127.0.0.1 is given on ::1 alone.
      'AddressFamily inet',
      'ListenAddress 127.0.0.1',
      `HostKey ${inFolder('host')}`,
      `AuthorizedKeysFile ${inFolder('authorized_keys')}`,
      'PidFile none',
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'PermitRootLogin yes',
      ...(command === undefined ? [] : [`ForceCommand ${command}`]),
    ].join('\n'),
  )
  // What ~/.ssh/config and the agent are to a person. ssh asks for the home directory by other means than HOME.
  writeFileSync(
    inFolder('ssh_config'),
    `Host *\n  IdentityFile ${inFolder('client')}\n  IdentitiesOnly yes\n  UserKnownHostsFile ${inFolder('known_hosts')}\n  GlobalKnownHostsFile /dev/null\n`,
  )
  const path = inFolder('bin')
  mkdirSync(path)
  writeFileSync(join(path, 'ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F '${inFolder('ssh_config')}' "$@"\n`)
  chmodSync(join(path, 'ssh'), 0o755)

  let server = await spawnSshd(inFolder('sshd_config'))
  const kill = () => end(server)
  onTestFinished(kill)
  return {
    host: `${userInfo().username}@127.0.0.1:${port}`,
    path,
    kill,
    suspend: () => signalAll(server, 'SIGSTOP'),
    resume: () => signalAll(server, 'SIGCONT'),
    async restart() {
      server = await spawnSshd(inFolder('sshd_config'))
    },
  }
}

/** In a process group of its own, so that its sessions can be ended with it. */
async function spawnSshd(config: string): Promise<ChildProcess> {
  // Its processes without rights live there; the service of Debian makes it at the start of the machine.
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true })
  const server = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  await new Promise<void>((ready, fail) => {
    let said = ''
    server.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('Server listening')) ready()
    })
    server.once('exit', (code) => fail(new Error(`sshd ended (${code}): ${said}`)))
  })
  return server
}

async function end(server: ChildProcess): Promise<void> {
  if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null) return
  const exited = once(server, 'exit')
  signalAll(server, 'SIGKILL')
  await exited
}

function signalAll({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  // sshd puts each session into a group of its own.
  if (pid !== undefined) for (const one of [...descendantsOf(pid), pid]) signalTo(one, signal)
}
