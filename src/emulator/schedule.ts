/** Work that waits for its time on the emulator's clock, then for its turn: one at a time per lane, bounded over all. */

import { setTimeout as startTimer } from 'node:timers'
import type { Logger } from '../log.ts'
import type { Clock } from './clock.ts'

interface Task {
  dueAtMs: number
  lane: string
  work: () => Promise<void>
  done: () => void
}

/** Timers of Node fire at once when they are asked for more. */
const longestTimerMs = 2 ** 31 - 1

export class Schedule {
  readonly #clock: Clock
  readonly #log: Logger
  readonly #concurrency: number
  /** By due time; of the same due time, in the order in which they were added. */
  readonly #waiting: Task[] = []
  readonly #ready = new Map<string, Task[]>()
  readonly #busyLanes = new Set<string>()
  #idleWaiters: (() => void)[] = []
  #timer: NodeJS.Timeout | undefined
  #advancing: Promise<void> = Promise.resolve()
  #closed = false

  constructor(clock: Clock, log: Logger, concurrency: number) {
    this.#clock = clock
    this.#log = log
    this.#concurrency = concurrency
  }

  /** Runs the work when it is due and its lane is free. Resolves when it has run, or will never run. */
  add(dueAtMs: number, lane: string, work: () => Promise<void>): Promise<void> {
    if (this.#closed) return Promise.resolve()
    return new Promise((done) => {
      const after = this.#waiting.findLastIndex((task) => task.dueAtMs <= dueAtMs)
      this.#waiting.splice(after + 1, 0, { dueAtMs, lane, work, done })
      this.#pump()
    })
  }

  /** Moves the clock; what falls due on the way runs at its own time, in order, before the clock goes on. */
  advance(ms: number): Promise<void> {
    this.#advancing = this.#advancing.then(() => this.#advanceBy(ms))
    return this.#advancing
  }

  /** Forgets all that has not begun, and waits for what has. */
  async clear(): Promise<void> {
    clearTimeout(this.#timer)
    const forgotten = [...this.#waiting.splice(0), ...[...this.#ready.values()].flat()]
    this.#ready.clear()
    for (const task of forgotten) task.done()
    await this.#idle()
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.clear()
  }

  async #advanceBy(ms: number): Promise<void> {
    const targetMs = this.#clock.offsetMs + ms
    for (;;) {
      this.#pump()
      await this.#idle()
      const next = this.#waiting[0]
      if (next === undefined || this.#closed) break
      const stepMs = Math.max(0, next.dueAtMs - this.#clock.nowMs())
      if (this.#clock.offsetMs + stepMs > targetMs) break
      this.#clock.offsetMs += stepMs
    }
    this.#clock.offsetMs = Math.max(this.#clock.offsetMs, targetMs)
    this.#pump()
  }

  #pump(): void {
    this.#takeDue()
    for (const [lane, tasks] of this.#ready) {
      if (this.#busyLanes.size >= this.#concurrency) break
      if (this.#busyLanes.has(lane)) continue
      const task = tasks.shift()
      if (tasks.length === 0) this.#ready.delete(lane)
      if (task !== undefined) void this.#run(task)
    }
    this.#setTimer()
  }

  #takeDue(): void {
    const nowMs = this.#clock.nowMs()
    const notDue = this.#waiting.findIndex((task) => task.dueAtMs > nowMs)
    for (const task of this.#waiting.splice(0, notDue === -1 ? this.#waiting.length : notDue)) {
      const lane = this.#ready.get(task.lane)
      if (lane === undefined) this.#ready.set(task.lane, [task])
      else lane.push(task)
    }
  }

  async #run(task: Task): Promise<void> {
    this.#busyLanes.add(task.lane)
    try {
      await task.work()
    } catch (error) {
      this.#log.error({ err: error }, 'emulator work failed')
    }
    this.#busyLanes.delete(task.lane)
    task.done()
    this.#pump()
    if (this.#isIdle()) for (const wake of this.#idleWaiters.splice(0)) wake()
  }

  #setTimer(): void {
    clearTimeout(this.#timer)
    const next = this.#waiting[0]
    if (next === undefined || this.#closed) return
    const waitMs = Math.min(Math.max(1, next.dueAtMs - this.#clock.nowMs()), longestTimerMs)
    this.#timer = startTimer(() => this.#pump(), waitMs)
  }

  #isIdle(): boolean {
    return this.#busyLanes.size === 0 && this.#ready.size === 0
  }

  #idle(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve()
    return new Promise((wake) => this.#idleWaiters.push(wake))
  }
}
