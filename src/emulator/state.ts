/** All that the emulator knows, and the file that keeps it across restarts. */

import { FicDevError, messageOf, systemCodeOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import { createFile, readCreated, replaceFile } from '../replace-file.ts'
import type { Clock } from './clock.ts'
import type { Delivery } from './delivery.ts'
import type { ResourceFacts, ResourceLedger } from './resources/ledger.ts'
import { createKeyPair, type KeyPair } from './signer.ts'
import type { Subscription } from './subscriptions/subscription.ts'

export interface State {
  version: 1
  keys: KeyPair
  lastSubscription: number
  /** The integer before the colon of a notification's id. */
  lastNotification: number
  lastResource: number
  subscriptions: Subscription[]
  /** Oldest first. */
  deliveries: Delivery[]
  resources: ResourceLedger
}

/** What JSON can hold of it. */
interface SavedState extends Omit<State, 'resources'> {
  resources: [string, ResourceFacts][]
}

export interface StateKeeper {
  state: State
  /** Something changed: it will be in the file soon. */
  changed(): void
  /** It is in the file when this returns. */
  flush(): void
}

/** Finished deliveries are kept for people to look at, not for ever. */
const finishedKept = 10_000
const writeDelayMs = 100

/** Reads the file if there is one, else begins anew. Without a file all stays in memory. */
export async function openState(file: string | undefined, clock: Clock, log: Logger): Promise<StateKeeper> {
  if (file === undefined) {
    const state = createState(await createKeyPair())
    return { state, changed: () => forgetFinished(state), flush: () => {} }
  }
  const state = await readOrCreateState(file)
  try {
    writeState(file, state, 0)
  } catch (error) {
    throw unusable(file, error)
  }
  let timer: NodeJS.Timeout | undefined
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    try {
      writeState(file, state, clock.offsetMs)
    } catch (error) {
      // A full disk is no reason to stop emulating: only a restart would miss what was not written.
      log.warn({ err: error, file }, 'emulator state not saved')
    }
  }
  return {
    state,
    flush,
    changed: () => {
      forgetFinished(state)
      timer ??= setTimeout(flush, writeDelayMs)
    },
  }
}

/** The public key of the state in this file, as PEM. A file that exists may be in use, so it is only read. */
export async function readPublicKey(file: string): Promise<string> {
  return (await readOrCreateState(file)).keys.publicPem
}

/** Processes that begin at the same time get the same keys. */
async function readOrCreateState(file: string): Promise<State> {
  const found = await readState(file)
  if (found !== null) return found
  const created = createState(await createKeyPair())
  try {
    if (createFile(file, toText(created, 0), 0o600)) return created
  } catch (error) {
    throw unusable(file, error)
  }
  return readOrCreateState(file)
}

function createState(keys: KeyPair): State {
  return {
    version: 1,
    keys,
    lastSubscription: 0,
    lastNotification: 0,
    lastResource: 3_062_299,
    subscriptions: [],
    deliveries: [],
    resources: new Map(),
  }
}

async function readState(file: string): Promise<State | null> {
  let text: string
  try {
    text = await readCreated(file)
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return null
    throw unusable(file, error)
  }
  try {
    const state = JSON.parse(text) as SavedState
    if (state.version !== 1) throw new Error(`its version is ${String(state.version)}, not 1`)
    // Members may have been added since it was written.
    return { ...createState(state.keys), ...state, resources: new Map(state.resources) }
  } catch (error) {
    throw unusable(file, error)
  }
}

function unusable(file: string, cause: unknown): FicDevError {
  return new FicDevError(
    'DATA_DIR_UNUSABLE',
    `The emulator's state file ${file} cannot be used: ${messageOf(cause)}.`,
    {
      hint: 'Make it readable and writable, or delete it: the emulator then begins with a new key and no subscriptions.',
      cause,
    },
  )
}

function writeState(file: string, state: State, offsetMs: number): void {
  replaceFile(file, toText(state, offsetMs), 0o600)
}

function toText(state: State, offsetMs: number): string {
  const open = state.deliveries.filter((delivery) => delivery.outcome === 'pending')
  const saved: SavedState = {
    ...toBaseTime({ ...state, deliveries: open }, offsetMs),
    resources: [...state.resources],
  }
  return JSON.stringify(saved)
}

/** After a restart the clock runs with the base clock again, so the times in the file must be the base clock's. */
function toBaseTime(state: State, offsetMs: number): State {
  const shift = (ms: number | null): number | null => (ms === null ? null : ms - offsetMs)
  return {
    ...state,
    subscriptions: state.subscriptions.map((subscription) => ({
      ...subscription,
      lastAttemptAtMs: shift(subscription.lastAttemptAtMs),
      expiresAtMs: shift(subscription.expiresAtMs),
    })),
    deliveries: state.deliveries.map((delivery) => ({ ...delivery, dueAtMs: delivery.dueAtMs - offsetMs })),
  }
}

function forgetFinished(state: State): void {
  if (state.deliveries.length <= finishedKept * 2) return
  const finished = state.deliveries.filter((delivery) => delivery.outcome !== 'pending')
  const kept = new Set(finished.slice(-finishedKept))
  state.deliveries = state.deliveries.filter(
    (delivery) => delivery.outcome === 'pending' || kept.has(delivery),
  )
}
