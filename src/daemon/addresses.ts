/** The addresses of a daemon, as far as its servers listen and its tunnel is open. */

import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { portOf } from '../http/url.ts'

export interface Addresses {
  /** The URL that Fatture in Cloud calls; `null` while there is no public address. */
  sinkUrl(): string | null
  /** The same on this machine; `null` while the sink does not listen. */
  localSinkUrl(): string | null
  /** The public one if there is one, otherwise the one on this machine. */
  anySinkUrl(): string | null
  inspectorUrl(): string
  /** The sink URLs that a token may name. */
  audiences(): string[]
  /** The ports of this process, and of an emulator beside it. */
  ownPorts(): number[]
}

export interface AddressParts {
  /** `null` until it listens, and for ever if there is none. */
  sinkPort(): number | null
  inspectorPort(): number | null
  /** Without the sink's path; `null` while there is none. */
  publicUrl(): string | null
  sinkPath: string
  /** Sink URLs under which Fatture in Cloud may know us before the tunnel is up again. */
  knownSinks: readonly string[]
  /** Of the emulator in this process or beside it. */
  emulatorUrl: string | null
}

export function createAddresses(parts: AddressParts): Addresses {
  const { sinkPort, inspectorPort, publicUrl, sinkPath, knownSinks, emulatorUrl } = parts
  const emulatorPort = emulatorUrl === null ? null : portOf(new URL(emulatorUrl))
  const sinkUrl = () => {
    const url = publicUrl()
    return url === null ? null : url + sinkPath
  }
  const localSinkUrl = () => {
    const port = sinkPort()
    return port === null ? null : `http://127.0.0.1:${port}${sinkPath}`
  }
  return {
    sinkUrl,
    localSinkUrl,
    anySinkUrl: () => sinkUrl() ?? localSinkUrl(),
    inspectorUrl: () => `http://127.0.0.1:${inspectorPort() ?? 0}`,
    audiences: () => [...new Set([sinkUrl(), localSinkUrl(), ...knownSinks].filter((url) => url !== null))],
    ownPorts: () => [sinkPort(), inspectorPort(), emulatorPort].filter((port) => port !== null),
  }
}

/** The port that a server listens on; `null` while it does not. */
export function listeningPort({ server }: Pick<FastifyInstance, 'server'>): number | null {
  return (server.address() as AddressInfo | null)?.port ?? null
}
