/** The store: every notification made durable before it is answered, every delivery written down, one process at a time. */

import type { TwinEntry } from '../contract/detail.ts'
import type { ResourceEntry } from '../contract/api.ts'
import type { Delivery, Notification } from '../contract/notification.ts'
import type { StoreStatus } from '../contract/status.ts'
import type { Logger } from '../log.ts'
import { createArrivals, type Arrival } from './arrivals.ts'
import { createBoard, type Board } from './board.ts'
import { closeDatabase, createUsedBytes, logPathOf, openDatabase } from './database.ts'
import { prepareDataDir } from './data-dir.ts'
import { createDeliveries, type Deliveries } from './deliveries.ts'
import { createDiskSync } from './disk-sync.ts'
import { createFileGuard } from './file-guard.ts'
import { createDrop } from './drop.ts'
import { createImport, type Import, type ImportOptions } from './import.ts'
import { createJobs, type Job, type Jobs, type Moved } from './jobs.ts'
import { createKnownRequests } from './known.ts'
import { createFind, type FindNotifications } from './filter/find.ts'
import { createNotifications, type Capture, type CaptureOptions } from './notifications.ts'
import { startRetention } from './retention.ts'
import { createResources } from './resources.ts'
import { createSubscriptionRecords, type SubscriptionRecords } from './subscriptions.ts'
import { createSteps } from './steps.ts'
import { createTwins } from './twins.ts'
import { createUndelivered, type Captured } from './undelivered.ts'
import { createWriteQueue } from './write-queue.ts'

export interface StoreOptions {
  /** Absolute; made where it is missing. */
  dataDir: string
  log: Logger
  /** How many notifications are kept, 10,000 when left out; `null`: nothing is dropped. */
  keep?: number | null
  /** For how many days; whatever their age when left out. */
  keepDays?: number | null
  /** What the store may take on disk at least, whatever `keep` is; 1 GiB if left out. */
  leastBytes?: number
  /** `false`: nothing is dropped by this process; an import keeps to the limits all the same. */
  isPruning?: boolean
  now?: () => Date
}

/** What becomes of a job with the end of an attempt. `isCounted: false`: the attempt reached nothing, and is not one of the job's. */
export type JobOutcome = { job: 'done' } | { job: 'retry'; nextAt: Date; isCounted?: boolean }

export interface Store {
  /** Resolves when the notification and its jobs are durable. */
  capture(capture: Capture, options: CaptureOptions): Promise<Notification>
  /** The same for what may come again: `null` when this arrival is here already. */
  captureOnce(arrival: Arrival, capture: Capture, options: CaptureOptions): Promise<Notification | null>
  /** When the newest arrival came, by the clock of its stream; `null` when nothing ever came that way. */
  lastArrival(): Date | null
  /** Begins an import: adds exported notifications, each under a new `seq`. Delivers nothing, drops nothing. */
  beginImport(options?: ImportOptions): Import
  /** Writes down what Fatture in Cloud got, where that was not known at the capture. */
  answered(seq: number, answer: Notification['answer'], problems: string[]): Promise<Notification | null>
  /** One with all its deliveries. */
  notification(seq: number): Notification | null
  body(seq: number): Buffer | null
  /** One with the raw bytes of its body, and without its deliveries: what a delivery needs. */
  captured(seq: number): Captured | null
  /** The numbers of those that a filter means, newest first; ends after a few seconds and reports how far it got. */
  find: FindNotifications
  /** One as it is in a list: with its last delivery. */
  listed(seq: number): Notification | null
  /** The numbers of those after a cursor, oldest first; at most `limit`. */
  seqsAfter(seq: number, limit: number): number[]
  /** The others with the same CloudEvents id, oldest first. */
  twins(seq: number): TwinEntry[]
  lastSeq(): number
  counts(): { notifications: number; deliveries: number; waiting: number }
  remove(seq: number): Promise<boolean>
  /** Removes all that are there now. Resolves with the last `seq` that is gone. */
  removeAll(): Promise<number>
  /** Resolves when what exceeds the limits is dropped. */
  pruned(): Promise<void>
  nextDeliveryId(): number
  beginDelivery(delivery: Delivery): Promise<void>
  /** Writes down how an attempt ended and, for one of the queue, what becomes of its job, in one commit. */
  endDelivery(delivery: Delivery, ended?: { job: Job; outcome: JobOutcome }): Promise<void>
  /** Makes all jobs of a target due. */
  wakeJobs(target: string, now: Date): Promise<void>
  /** Moves the jobs of a target to others, by event type; those that no target takes end. */
  moveJobs(from: string, toTarget: (eventType: string | null) => string | null): Promise<Moved>
  board: Board
  jobs: Pick<Jobs, 'due' | 'nextDue' | 'count' | 'targets'>
  subscriptions: SubscriptionRecords
  /** Keeps resources with a notification; they are dropped with it. */
  keepResources(seq: number, entries: readonly ResourceEntry[]): Promise<void>
  /** Those that are kept, by id as JSON text. */
  keptResources(seq: number): Map<string, ResourceEntry>
  status(): StoreStatus
  /** After its files were removed, after they were written again, and after that failed. */
  onStatus(listener: (status: StoreStatus) => void): void
  /** After each commit, in order of capture. */
  onCaptured(listener: (notification: Notification) => void): void
  close(): void
}

/**
 * Opens the store of a data dir and holds its lock until `close`.
 * @throws FicDevError DATA_DIR_UNUSABLE, DATA_DIR_LOCKED, STORE_NEWER, STORE_FAILED
 */
export function openStore({
  dataDir,
  log,
  keep = 10_000,
  keepDays = null,
  leastBytes,
  isPruning = true,
  now,
}: StoreOptions): Store {
  prepareDataDir(dataDir)
  const database = openDatabase(dataDir, log)
  const queue = createWriteQueue(database)
  const disk = createDiskSync(logPathOf(dataDir), { confirm: () => files.confirm() })
  const files = createFileGuard({
    dataDir,
    database,
    onNewLog: () => disk.reopen(),
    log,
    now: now ?? (() => new Date()),
  })
  const deliveries: Deliveries = createDeliveries(database)
  const notifications = createNotifications(database, deliveries.lastOf)
  const jobs = createJobs(database)
  const resources = createResources(database)
  const undelivered = createUndelivered()
  const arrivals = createArrivals(database)
  const drop = createDrop(database)
  const steps = createSteps(queue)
  const listeners: ((notification: Notification) => void)[] = []
  /** Attempts whose beginning waits to be written down. */
  const begun = new Set<number>()

  const interrupted = deliveries.closeInterrupted()
  if (interrupted > 0)
    log.info({ interrupted }, 'deliveries of the last run were interrupted and will be tried again')

  const retention = startRetention(steps, {
    notifications,
    drop,
    keep,
    keepDays,
    leastBytes,
    isPruning,
    usedBytes: createUsedBytes(database),
    log,
    now: now ?? (() => new Date()),
  })

  function insert(capture: Capture, wanted: CaptureOptions, queuedAt = capture.receivedAt) {
    const { targets, dropTwins = false, publishTo = null } = wanted
    const inserted = notifications.insert(capture)
    const isDropped = dropTwins && inserted.twinOf !== null
    const forwardedTo = isDropped ? [] : targets
    for (const target of forwardedTo) jobs.insert(inserted.seq, 'app', target, queuedAt)
    if (publishTo !== null) jobs.insert(inserted.seq, 'stream', publishTo, queuedAt)
    return {
      notification: inserted,
      body: capture.body,
      isQueued: forwardedTo.length > 0 || publishTo !== null,
    }
  }

  /** What was changed or removed must not be handed out as it came. */
  function changing<T>(result: T): T {
    undelivered.forget()
    return result
  }

  /** After the commit: what was taken back would be delivered in place of another. */
  function captured({ notification, body, isQueued }: ReturnType<typeof insert>): Notification {
    if (isQueued) undelivered.put({ notification, body })
    for (const listener of listeners) listener(notification)
    retention.captured()
    return notification
  }

  /** Others are told as soon as it is committed: only the answer has to wait for the disk. */
  async function durable<T>(written: T): Promise<T> {
    await disk.synced()
    return written
  }

  return {
    async capture(capture, options) {
      files.demand()
      const inserted = await queue.write(() => insert(capture, options))
      return durable(captured(inserted))
    },
    async captureOnce(arrival, capture, options) {
      files.demand()
      // It was received long ago, or by a clock that was wrong: the 24 hours for its delivery begin here.
      const insertNow = () => insert(capture, options, now?.() ?? new Date())
      const inserted = await queue.write(() => (arrivals.insert(arrival) ? insertNow() : null))
      return inserted && durable(captured(inserted))
    },
    lastArrival: arrivals.latest,
    beginImport: (options) =>
      createImport(
        {
          notifications,
          known: createKnownRequests(database, notifications.lastSeq()),
          deliveries,
          limits: retention.forImport,
          write: queue.write,
          synced: disk.synced,
        },
        options,
      ),
    answered: (seq, answer, problems) =>
      queue.write(() => changing(notifications.answered(seq, answer, problems))),
    notification(seq) {
      const found = notifications.get(seq)
      if (found) found.deliveries = deliveries.of(seq)
      return found
    },
    body: notifications.body,
    captured: (seq) => undelivered.get(seq) ?? notifications.captured(seq),
    find: createFind(database),
    listed: notifications.listed,
    seqsAfter: notifications.seqsAfter,
    twins: createTwins(database),
    lastSeq: notifications.lastSeq,
    counts: () => ({
      notifications: notifications.count(),
      deliveries: deliveries.count(),
      waiting: jobs.count(),
    }),
    remove: (seq) => queue.write(() => changing(notifications.remove(seq))),
    async removeAll() {
      const last = notifications.lastSeq()
      await steps.run(null, (state, size) => ({ state, isMore: changing(drop.removeUpTo(last, size)) }))
      return last
    },
    pruned: retention.ended,
    nextDeliveryId: deliveries.nextId,
    async beginDelivery(delivery) {
      begun.add(delivery.id)
      await queue.writeSoon(() => begun.has(delivery.id) && deliveries.write(delivery))
      begun.delete(delivery.id)
    },
    endDelivery(delivery, ended) {
      // Most targets answer before the beginning was written down: then only the end is.
      begun.delete(delivery.id)
      return queue.writeSoon(() => {
        deliveries.write(delivery)
        if (!ended) return
        const { job, outcome } = ended
        undelivered.drop(job.seq)
        if (outcome.job === 'done') jobs.remove(job.id)
        else
          jobs.retryAt(job.id, outcome.isCounted === false ? job.attempts : delivery.attempt, outcome.nextAt)
      })
    },
    async wakeJobs(target, now) {
      await steps.run(null, (state, size) => ({ state, isMore: jobs.wakeSome(target, now, size) === size }), {
        isUrgent: true,
      })
    },
    moveJobs: (from, toTarget) =>
      steps.run(
        { moved: 0, ended: 0 },
        (before, size) => {
          const { moved, ended } = jobs.moveSome(from, toTarget, size)
          const state = { moved: before.moved + moved, ended: before.ended + ended }
          return { state, isMore: moved + ended === size }
        },
        { isUrgent: true },
      ),
    board: createBoard(database),
    jobs,
    subscriptions: createSubscriptionRecords(database, disk.syncNow),
    keepResources: (seq, entries) => queue.write(() => resources.keep(seq, entries)),
    keptResources: resources.of,
    status: files.status,
    onStatus: files.onStatus,
    onCaptured: (listener) => void listeners.push(listener),
    close() {
      retention.close()
      steps.close()
      queue.close()
      const areThere = files.close()
      try {
        disk.close()
      } finally {
        // By its name SQLite would remove the log of a database that is there now.
        if (areThere) closeDatabase(database, dataDir)
        else database.close()
      }
    },
  }
}
