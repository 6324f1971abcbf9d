/** Builds an emulator of Fatture in Cloud from its parts, starts it and stops it. */

import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { TriggerRequest } from '../contract/api.ts'
import { FicDevError, systemCodeOf } from '../errors.ts'
import { eventTypePrefix } from '../fic/event-types.ts'
import { silentLog, type Logger } from '../log.ts'
import { createClock, readAdvance } from './clock.ts'
import type { Controls } from './control-routes.ts'
import { Courier } from './courier.ts'
import { toEmulatedDelivery, type EmulatedDelivery } from './delivery.ts'
import { createFaults, type FaultSwitch } from './faults.ts'
import { createQuota } from './quota.ts'
import { Schedule } from './schedule.ts'
import { createServer } from './server.ts'
import { openState, type State } from './state.ts'
import { subscribe, type SubscribeOptions, type SubscribeResult } from './subscriptions/subscribe.ts'
import { Subscriptions } from './subscriptions/subscriptions.ts'
import { planTrigger } from './trigger.ts'
import { createWriter } from './writer.ts'

/** Options of `createEmulator`. */
export interface EmulatorOptions {
  /**
   * The port on 127.0.0.1; 0 for any free port.
   * @default 0
   */
  port?: number
  /**
   * The time source. `clock.advance` adds to its time.
   * @default the time of this machine
   */
  now?: () => Date
  /**
   * A JSON file that keeps key, subscriptions, counters and open deliveries across restarts. Only its owner can read it.
   * @default none: the state is in memory
   */
  stateFile?: string
  /**
   * The log; any pino logger.
   * @default no log
   */
  log?: Logger
  /**
   * The delays between the attempts of a delivery, in milliseconds of the emulator's clock. Three delays mean four
   * attempts.
   * @default [30_000, 300_000, 1_800_000]
   */
  retryDelaysMs?: readonly number[]
  /**
   * The time limit for an answer of the sink, in milliseconds of real time.
   * @default 5000
   */
  targetTimeoutMs?: number
}

/** Options of `Emulator.trigger`. */
export type TriggerOptions = TriggerRequest

/** A running emulator of Fatture in Cloud. */
export interface Emulator {
  /** The base path for clients of the API, such as `http://127.0.0.1:4622`. */
  readonly url: string
  /** The public key of the signatures, as PEM text. */
  readonly publicKey: string
  /** Creates a subscription and waits for the outcome of its verification. */
  subscribe(options: SubscribeOptions): Promise<SubscribeResult>
  /**
   * Queues an event for every verified subscription that has the type. A group type queues one event for each member.
   * `clock.advance(0)` waits until they are sent.
   * @throws FicDevError TRIGGER_FAILED if no verified subscription has the type
   */
  trigger(options: TriggerOptions): Promise<{
    /** The CloudEvents ids of the queued events. */
    notificationIds: string[]
  }>
  /** Returns all messages so far, the oldest first. */
  deliveries(): EmulatedDelivery[]
  /** The clock of the emulator: retries, expiration and tokens depend on it. */
  readonly clock: {
    /** Returns the time of the emulator. */
    now(): Date
    /**
     * Moves the clock forward by this number of milliseconds, and waits until all messages that become due are sent and
     * answered, in order. `advance(0)` waits for those that are due now.
     */
    advance(ms: number): Promise<void>
  }
  /** Turns faults on and off. */
  readonly faults: FaultSwitch
  /** Removes subscriptions, deliveries and faults, and resets the clock. Key and counters stay. */
  reset(): Promise<void>
  /** Stops the server. Messages that are still waiting are not sent. */
  close(): Promise<void>
  /** The same as `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

const defaultRetryDelaysMs = [30_000, 5 * 60_000, 30 * 60_000]
const concurrency = 20
const mostAtOnce = 10_000
/** All of them are in memory until they are sent. */
const mostIdsAtOnce = 1_000_000

/** Starts an emulator on 127.0.0.1. The caller closes it. */
export async function createEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { resume, ...emulator } = await openEmulator(options)
  resume()
  return emulator
}

/** The same, but what an earlier run left to send waits for `resume`: its receiver may have to start first. */
export async function openEmulator(options: EmulatorOptions = {}): Promise<Emulator & { resume(): void }> {
  const log = options.log ?? silentLog()
  const clock = createClock(options.now ?? (() => new Date()))
  const keeper = await openState(options.stateFile, clock, log)
  const { state } = keeper
  const schedule = new Schedule(clock, log, concurrency)
  const faults = createFaults()
  const quota = createQuota(clock)
  const courier = new Courier({
    keeper,
    clock,
    schedule,
    faults,
    write: await createWriter(state.keys, clock, faults),
    retryDelaysMs: options.retryDelaysMs ?? defaultRetryDelaysMs,
    targetTimeoutMs: options.targetTimeoutMs ?? 5000,
    log,
  })
  const subscriptions = new Subscriptions(keeper, clock, courier)

  const controls: Controls = {
    publicKey: state.keys.publicPem,
    faults,
    now: () => new Date(clock.nowMs()),
    advance: async (ms) => schedule.advance(readAdvance(clock, ms)),
    trigger: async (request) => {
      const planned = planTrigger(state.subscriptions, request.type, request.company)
      const { mapping = null, count = 1 } = request
      if (!Number.isInteger(count) || count < 1 || count > mostAtOnce) {
        throw new FicDevError('BAD_REQUEST', `count is ${count}, not a whole number from 1 to ${mostAtOnce}.`)
      }
      const { manyIds } = faults.get()
      const idsInAll = (request.ids?.length ?? manyIds) * count * planned.length
      if (idsInAll > mostIdsAtOnce) {
        throw new FicDevError(
          'BAD_REQUEST',
          `This trigger would create ${idsInAll} ids; the maximum is ${mostIdsAtOnce}.`,
          {
            hint: 'Trigger fewer at once, or lower the fault manyIds.',
          },
        )
      }
      const notificationIds: string[] = []
      for (let done = 0; done < count; done++) {
        for (const { subscription, eventType } of planned) {
          const ids = request.ids ?? createIds(state, eventType, manyIds)
          notificationIds.push(courier.sendNotification(subscription, eventType, ids, mapping))
        }
      }
      keeper.flush()
      return { notificationIds }
    },
    deliveries: () => state.deliveries.map(toEmulatedDelivery),
    reset: async () => {
      courier.interrupt()
      await schedule.clear()
      Object.assign(state, {
        subscriptions: [],
        deliveries: [],
        resources: new Map(),
      } satisfies Partial<State>)
      faults.reset()
      quota.reset()
      clock.offsetMs = 0
      keeper.flush()
    },
  }

  const app = createServer({ subscriptions, keeper, faults, quota, controls, log })
  const url = await listen(app, options.port ?? 0)
  log.info({ url }, 'emulator ready')

  const close = async (): Promise<void> => {
    const drained = schedule.close()
    courier.stop()
    await app.close()
    await drained
    keeper.flush()
  }
  return {
    url,
    publicKey: controls.publicKey,
    subscribe: (wanted) => subscribe(subscriptions, wanted),
    trigger: controls.trigger,
    deliveries: controls.deliveries,
    clock: { now: controls.now, advance: controls.advance },
    faults,
    reset: controls.reset,
    resume: () => courier.resume(),
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function listen(app: FastifyInstance, port: number): Promise<string> {
  try {
    await app.listen({ host: '127.0.0.1', port })
  } catch (error) {
    if (systemCodeOf(error) !== 'EADDRINUSE') throw error
    throw new FicDevError('PORT_TAKEN', `Port ${port}, meant for the emulator, is in use.`, {
      hint: 'Choose another one with --emulator-port, or stop what listens there.',
      cause: error,
    })
  }
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
}

/** New ids, one after the other. Those of the cashbook are strings (docs/protocol.md#9-the-resource-behind-an-id). */
function createIds(state: State, eventType: string, count: number): (number | string)[] {
  if (eventType.startsWith(`${eventTypePrefix}subscriptions.`)) return []
  const ids = Array.from({ length: count }, () => ++state.lastResource)
  return eventType.startsWith(`${eventTypePrefix}cashbook.`) ? ids.map(String) : ids
}
