/** What a hub and a follower have in common: a connection that is kept, the stream, and a board that tells how they stand. */

import type { ShareFollower, ShareStatus } from '../contract/status.ts'
import type { StreamMessage } from '../contract/stream.ts'
import type { FicDevError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { Board } from './board.ts'
import type { JetStreamManager, NatsClient, NatsConnection } from './client.ts'
import { KeptConnection, type KeptOptions } from './connection.ts'
import { ensureStream } from './stream.ts'

/** What both are given. */
export interface MembershipOptions {
  url: string
  client: NatsClient
  publish(message: StreamMessage): void
  onError(error: FicDevError): void
  log: Logger
  now(): Date
}

/** One connection, with the stream there. */
export interface Visit {
  connection: NatsConnection
  manager: JetStreamManager
  /** Ends with the membership. */
  signal: AbortSignal
  /** All that is needed is there. From then on it is looked, again and again, at how the stream stands. */
  ready(look: () => Promise<ShareFollower[]>): void
  /** The server has done what it is there for. */
  acknowledged(): void
}

export interface Member {
  role: ShareStatus['role']
  /** The follower's own; `null` on the hub. */
  name: string | null
  lag(): number
  /** On a follower, as in `ShareStatus`. */
  hubSink?(): string | null
  /** Uses a connection until it ends, or its signal does. */
  use(visit: Visit): Promise<void>
}

const lookEveryMs = 2_000

export class Membership {
  readonly #options: MembershipOptions
  readonly #member: Member
  readonly #board: Board
  #connection: KeptConnection | null = null

  constructor(options: MembershipOptions, member: Member) {
    const { url, publish, now } = options
    const { role, name, lag, hubSink = () => null } = member
    this.#options = options
    this.#member = member
    this.#board = new Board({ role, url, name, lag, hubSink, publish, now })
  }

  start(): void {
    const { url, client, onError, log } = this.#options
    this.#connection = new KeptConnection({
      url,
      open: client.connect,
      use: (...use) => this.#use(...use),
      onState: (state, why) => this.#board.setState(state, why),
      onError,
      log,
    })
  }

  status(): ShareStatus {
    return this.#board.status()
  }

  /** A number may be another one by now. */
  changed(): void {
    this.#board.changed()
  }

  /** Resolves when what was under way has come to its end. */
  async close(): Promise<void> {
    this.#board.close()
    await this.#connection?.close()
  }

  async #use(...[connection, signal, ready, acknowledged]: Parameters<KeptOptions['use']>): Promise<void> {
    const { client, url, log } = this.#options
    // Without asking first whether JetStream is on: who may only publish must not ask.
    const manager = await client.jetstreamManager(connection, { checkAPI: false })
    await ensureStream(manager, url, log)
    const looking: { stop(): void }[] = []
    try {
      await this.#member.use({
        connection,
        manager,
        signal,
        ready: (look) => {
          looking.push(this.#board.watch(look, lookEveryMs, log))
          ready()
        },
        acknowledged,
      })
    } finally {
      for (const each of looking) each.stop()
    }
  }
}
