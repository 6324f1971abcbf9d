/** A daemon in this process, in a folder of its own, on free ports; and what it told. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../../src/config/config.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { createDaemon, type Daemon, type DaemonMessage, type DaemonOptions } from '../../src/daemon.ts'
import { readDaemonFile } from '../../src/daemon/daemon-file.ts'
import { freePort } from './ports.ts'

export type Told = DaemonMessage

export interface TestDaemon extends AsyncDisposable {
  daemon: Daemon
  config: Config
  inspectorUrl: string
  sinkUrl: string
  token: string
  told: Told[]
  /** The first message, past or to come, that fits. */
  until<T extends Told>(fits: (message: Told) => message is T): Promise<T>
  until(fits: (message: Told) => boolean): Promise<Told>
  /** Asks the private API as the command line does. */
  api(path: string, init?: RequestInit): Promise<Response>
  close(): Promise<void>
}

/** A folder that is gone with the test. */
export async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'fic-dev-test-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** The configuration as a config file with these entries would give it, on free ports, with the emulator unless told. */
async function testConfig(folder: string, overrides: Partial<Config> = {}): Promise<Config> {
  const { config } = await readConfig({ cwd: folder, environment: {} })
  const ownPort = async () => ({ port: await freePort(), named: true })
  // A daemon that follows on the same folder can have the same ports.
  const ports = { port: await ownPort(), sinkPort: await ownPort(), emulatorPort: await ownPort() }
  const emulator = overrides.emulator ?? true
  return { ...config, ...ports, emulator, tunnel: ['none'], open: false, ...overrides }
}

/** Starts a daemon on a folder; the caller keeps the folder, so that another daemon can follow on it. */
export async function startDaemon(
  folder: string,
  overrides: Partial<Config> = {},
  parts: DaemonOptions = {},
): Promise<TestDaemon> {
  const config = await testConfig(folder, overrides)
  const told: Told[] = []
  const waiting = new Set<(message: Told) => void>()
  const daemon = await createDaemon(config, {
    ...parts,
    onMessage(message) {
      told.push(message)
      for (const look of waiting) look(message)
    },
  })
  await daemon.start()
  const { inspectorUrl, sinkUrl, emulatorUrl } = daemon.addresses()
  const token = readDaemonFile(config.dataDir)?.token ?? ''

  function until(fits: (message: Told) => boolean): Promise<never> {
    return new Promise((resolve) => {
      const found = told.find(fits)
      if (found) return resolve(found as never)
      const look = (message: Told) => {
        if (!fits(message)) return
        waiting.delete(look)
        resolve(message as never)
      }
      waiting.add(look)
    })
  }

  if (emulatorUrl && (await sendsWelcome(emulatorUrl))) {
    await until((message) => message.type === 'notification' && message.notification.kind === 'welcome')
  }
  return {
    daemon,
    config,
    inspectorUrl,
    sinkUrl,
    token,
    told,
    until,
    api: (path, init = {}) =>
      fetch(inspectorUrl + path, {
        ...init,
        headers: {
          authorization: `Bearer ${token}`,
          ...(init.body != null && { 'content-type': 'application/json' }),
          ...(init.headers as Record<string, string>),
        },
      }),
    close: () => daemon.close(),
    [Symbol.asyncDispose]: () => daemon.close(),
  }
}

/** The emulator sends the welcome beside the start; a notification of a test could be stored before it. */
async function sendsWelcome(emulatorUrl: string): Promise<boolean> {
  const answer = await fetch(`${emulatorUrl}/_emulator/deliveries`)
  const { items } = (await answer.json()) as { items: { kind: string; outcome: string }[] }
  return items.some(({ kind, outcome }) => kind === 'welcome' && outcome !== 'dropped')
}

/** Forwards everything to one URL. */
export function forwardTo(url: string): Pick<Config, 'forwardTo'> {
  return { forwardTo: [{ types: [], url, headers: {} }] }
}
