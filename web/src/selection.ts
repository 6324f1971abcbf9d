/** Which rows are selected: one by one, or from the last one on. */

import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Notification } from '../../src/contract/notification.ts'

export interface Selection {
  /** Those that are still among the rows. */
  seqs: ReadonlySet<number>
  toggle: (seq: number) => void
  /** All rows between the one that was toggled last and this one. */
  extend: (seq: number) => void
  all: () => void
  clear: () => void
}

const nothing: ReadonlySet<number> = new Set()

export function useSelection(rows: Notification[]): Selection {
  const [chosen, choose] = useState(nothing)
  const last = useRef<number | null>(null)
  const current = useRef(rows)
  useEffect(() => {
    current.current = rows
  })

  const seqs = useMemo(() => {
    if (chosen.size === 0) return nothing
    return new Set(rows.filter(({ seq }) => chosen.has(seq)).map(({ seq }) => seq))
  }, [chosen, rows])

  const toggle = useCallback((seq: number) => {
    last.current = seq
    choose((before) => {
      const after = new Set(before)
      if (!after.delete(seq)) after.add(seq)
      return after
    })
  }, [])
  const extend = useCallback((seq: number) => {
    const from = last.current ?? seq
    const [low, high] = from < seq ? [from, seq] : [seq, from]
    const between = current.current.filter((row) => row.seq >= low && row.seq <= high).map((row) => row.seq)
    last.current = seq
    choose((before) => new Set([...before, ...between]))
  }, [])
  const all = useCallback(() => choose(new Set(current.current.map(({ seq }) => seq))), [])
  const clear = useCallback(() => choose(nothing), [])
  return { seqs, toggle, extend, all, clear }
}
