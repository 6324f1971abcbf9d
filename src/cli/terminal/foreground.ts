/**
 * Whether this process may use its terminal. The system stops a job in the background that reads from the terminal or
 * changes its mode, and a line that is drawn there would be drawn over what the person types.
 */

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface ForegroundListener {
  /** The terminal is ours, perhaps again: whatever its mode was, it may be another now. */
  taken(): void
  /** This job is about to be stopped; the terminal is still ours. */
  leaving(): void
  /** This job goes on in the background. The terminal must not be touched. */
  lost(): void
}

export interface Foreground {
  /** Stops this job, as Ctrl-Z does where the terminal isn't in raw mode. */
  suspend(): void
  stop(): void
}

let known: boolean | null = null

/** As of the last look. */
export function isInForeground(): boolean {
  known ??= look()
  return known
}

/** A shell that brings a running job to the foreground sends no signal. */
const lookEveryMs = 500
/** After that, a stop that the system allows has come. */
const stoppedAfterMs = 50

/** Calls `listener` at once with what is so now, then at every change. */
export function watchForeground(listener: ForegroundListener): Foreground {
  let timer: NodeJS.Timeout | undefined
  let isStopped = false

  function lookAgain(): void {
    clearTimeout(timer)
    if (isStopped) return
    known = look()
    if (known) return listener.taken()
    listener.lost()
    wait()
  }

  function wait(): void {
    timer = setTimeout(() => (look() ? lookAgain() : wait()), lookEveryMs)
    timer.unref()
  }

  /** The signal does what it does by default: without a shell that could continue this job, nothing. */
  function leave(): void {
    if (known) listener.leaving()
    known = false
    process.off('SIGTSTP', leave)
    process.kill(process.pid, 'SIGTSTP')
    process.on('SIGTSTP', leave)
    clearTimeout(timer)
    timer = setTimeout(lookAgain, stoppedAfterMs)
  }

  if (hasJobs) {
    process.on('SIGCONT', lookAgain)
    process.on('SIGTSTP', leave)
  }
  lookAgain()
  return {
    suspend() {
      // The whole job, as the terminal does it: npx waits for this process.
      if (hasJobs) process.kill(0, 'SIGTSTP')
    },
    stop() {
      isStopped = true
      clearTimeout(timer)
      process.off('SIGCONT', lookAgain)
      process.off('SIGTSTP', leave)
    },
  }
}

const hasJobs = process.platform !== 'win32'

function look(): boolean {
  if (!hasJobs) return true
  const groups = process.platform === 'linux' ? readProc() : askPs()
  if (groups === null) return true
  // Without a terminal of its own, or with one of another container, there is no such thing.
  return groups.terminal <= 0 || groups.terminal === groups.own
}

interface Groups {
  own: number
  /** The group in the foreground. */
  terminal: number
}

function readProc(): Groups | null {
  try {
    // After the name, which is in parentheses and may hold anything: state, parent, group, session, terminal, its group.
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return { own: Number(fields[2]), terminal: Number(fields[5]) }
  } catch {
    return null
  }
}

function askPs(): Groups | null {
  const { stdout } = spawnSync('ps', ['-o', 'pgid=,tpgid=', '-p', String(process.pid)], { encoding: 'utf8' })
  const [own, terminal] = (stdout ?? '').trim().split(/\s+/).map(Number)
  return own && terminal ? { own, terminal } : null
}
