/** Opens the project's store: waits for a command that has it, and is refused by a daemon that runs. */

import { setTimeout as pause } from 'node:timers/promises'
import type { DaemonFile } from '../contract/api.ts'
import { FicDevError, hasCode } from '../errors.ts'
import { openStore, type Store, type StoreOptions } from '../store/store.ts'
import { readHolderFile } from './daemon-file.ts'
import { isRunning } from './find-daemon.ts'

export interface WaitOptions {
  /** Called once, with a sentence, if the wait is long enough to be noticed. */
  onWait?: (says: string) => void
  /** How long the store may be held before this gives up. */
  waitMs?: number
  /** Ends the wait. */
  signal?: AbortSignal
}

/** A command holds the store while it reads or writes, so only a very large import or export takes longer. */
const standardWaitMs = 30_000
const noticeAfterMs = 500
const retryMs = 25
const proofTimeoutMs = 2_000

/**
 * The store of a daemon. A daemon that starts or stops just now counts as a command.
 * @throws FicDevError as `openStore` does; DATA_DIR_LOCKED at once if a daemon runs, which it names
 */
export async function openProjectStore(options: StoreOptions, wait: WaitOptions = {}): Promise<Store> {
  const { dataDir } = options
  const opened = await openWhenFree(() => openStore(options), {
    dataDir,
    wait,
    // One that hangs holds the store, too.
    findHolder: () => findHolder(dataDir, { ifSilent: true }),
  })
  if ('value' in opened) return opened.value
  throw inUse(opened.holder, dataDir)
}

/**
 * For what must not be done beside a running daemon.
 * @throws FicDevError DATA_DIR_LOCKED
 */
export async function refuseSecond(dataDir: string): Promise<void> {
  // A process that does not answer may have nothing to do with fic-dev; the store's lock decides.
  const running = await findHolder(dataDir, { ifSilent: false })
  if (running !== null) throw inUse(running, dataDir)
}

/** `holder`: the daemon that uses the data dir. */
function inUse(holder: DaemonFile, dataDir: string): FicDevError {
  return new FicDevError(
    'DATA_DIR_LOCKED',
    `fic-dev runs here already: process ${holder.pid} holds ${dataDir}, its inspector is at ${holder.inspectorUrl}.`,
    {
      hint: 'Use it (fic-dev open), end it (fic-dev stop), or give this one another data dir with --data-dir.',
    },
  )
}

/** @param ifSilent whether a daemon that does not answer counts */
async function findHolder(dataDir: string, { ifSilent }: { ifSilent: boolean }): Promise<DaemonFile | null> {
  const daemon = readHolderFile(dataDir)
  return daemon && (await isRunning(daemon, proofTimeoutMs).catch(() => ifSilent)) ? daemon : null
}

export interface OpenOptions<Holder> {
  dataDir: string
  wait: WaitOptions
  /** The daemon that has the store; `null` if something else has it. What it throws ends the wait. */
  findHolder(): Promise<Holder | null>
}

/**
 * Calls `open` until the store is free. Resolves with what it returned, or with the daemon that has the store.
 * @throws FicDevError as `open` does; DATA_DIR_LOCKED after `waitMs`
 */
export async function openWhenFree<Value, Holder = DaemonFile>(
  open: () => Value | Promise<Value>,
  { dataDir, wait, findHolder }: OpenOptions<Holder>,
): Promise<{ value: Value } | { holder: Holder }> {
  const { onWait, waitMs = standardWaitMs, signal } = wait
  const startedAt = performance.now()
  let isNoticed = false
  for (;;) {
    try {
      return { value: await open() }
    } catch (thrown) {
      if (!hasCode(thrown, 'DATA_DIR_LOCKED')) throw thrown
      const holder = await findHolder()
      if (holder !== null) return { holder }
      const waitedMs = performance.now() - startedAt
      if (waitedMs > waitMs) throw heldTooLong(dataDir, waitMs, thrown)
      if (!isNoticed && waitedMs > noticeAfterMs) {
        isNoticed = true
        onWait?.(`Another fic-dev command uses ${dataDir}. Waiting up to ${waitMs / 1000} s until it ends.`)
      }
      await pause(retryMs, null, { ...(signal && { signal }) })
    }
  }
}

function heldTooLong(dataDir: string, waitMs: number, cause: unknown): FicDevError {
  return new FicDevError(
    'DATA_DIR_LOCKED',
    `Another fic-dev command has held ${dataDir} for more than ${waitMs / 1000} s.`,
    {
      hint: 'End that command and try again, or give this one another data dir with --data-dir.',
      cause,
    },
  )
}
