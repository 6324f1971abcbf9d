/** Does one thing to many notifications, one after the other, with its progress and a stop. */

import { useRef, useState } from 'react'

export interface Progress {
  total: number
  done: number
  /** What failed, in words, by the number of the notification. */
  failures: [seq: number, says: string][]
  state: 'running' | 'stopped' | 'finished'
}

export interface Batch {
  progress: Progress | null
  start: (seqs: number[], run: (seq: number) => Promise<unknown>) => void
  /** What is under way still ends. */
  stop: () => void
  forget: () => void
}

export function useBatch(): Batch {
  const [progress, setProgress] = useState<Progress | null>(null)
  const stopped = useRef(false)

  async function work(seqs: number[], run: (seq: number) => Promise<unknown>): Promise<void> {
    let now: Progress = { total: seqs.length, done: 0, failures: [], state: 'running' }
    stopped.current = false
    setProgress(now)
    for (const seq of seqs) {
      if (stopped.current) break
      const failure = await run(seq).then(
        () => null,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      )
      const failures = failure === null ? now.failures : [...now.failures, [seq, failure] as [number, string]]
      now = { ...now, done: now.done + 1, failures }
      setProgress(now)
    }
    setProgress({ ...now, state: stopped.current ? 'stopped' : 'finished' })
  }

  return {
    progress,
    start: (seqs, run) => void work(seqs, run),
    stop: () => {
      stopped.current = true
    },
    forget: () => setProgress(null),
  }
}
