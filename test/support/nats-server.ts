/** A real nats-server with JetStream, as a process of its own on loopback; tests are skipped where it is not installed. */

import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTo, type NatsConnection } from '@nats-io/transport-node'
import { onTestFinished } from 'vitest'
import { freePort } from './ports.ts'

/** Without it, tests that need it are skipped. */
export const isNatsInstalled = spawnSync('nats-server', ['--version']).status === 0

/** Why tests are skipped, for their names; empty where they run. */
export const noNats = isNatsInstalled
  ? ''
  : ' (skipped: nats-server is not installed; apt-get install nats-server)'

export interface NatsServer {
  url: string
  /** As `kill -9` does. */
  kill(): Promise<void>
  /** Again on the same port, with the same files. */
  start(): Promise<void>
  /** A client of the test's own, closed with the test. */
  connect(credentials?: { user: string; pass: string }): Promise<NatsConnection>
}

/** `config` is text of a nats-server configuration file. Gone with the test. */
export async function startNatsServer({ config = '', jetStream = true } = {}): Promise<NatsServer> {
  const folder = mkdtempSync(join(tmpdir(), 'fic-dev-nats-'))
  const configFile = join(folder, 'nats.conf')
  writeFileSync(configFile, config)
  let running: ChildProcess | null = null
  const port = await freePort()

  async function start(): Promise<void> {
    const flags = [
      ...(jetStream ? ['-js', '-sd', folder] : []),
      '-a',
      '127.0.0.1',
      '-p',
      String(port),
      '-c',
      configFile,
    ]
    const child = spawn('nats-server', flags, { stdio: ['ignore', 'ignore', 'pipe'] })
    running = child
    await new Promise<void>((resolve, reject) => {
      let said = ''
      // Read to the end: without a reader, the next line that it writes would be its last.
      child.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString()
        if (said.includes('Server is ready')) resolve()
      })
      child.on('exit', () => reject(new Error(`nats-server ended: ${said}`)))
    })
  }

  async function kill(): Promise<void> {
    const child = running
    running = null
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  await start()
  onTestFinished(async () => {
    await kill()
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    url: `nats://127.0.0.1:${port}`,
    kill,
    start,
    async connect(credentials = { user: '', pass: '' }) {
      const who = credentials.user === '' ? {} : credentials
      const connection = await connectTo({ servers: `127.0.0.1:${port}`, ...who })
      onTestFinished(() => connection.close())
      return connection
    },
  }
}
