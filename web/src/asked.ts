/** Something that was asked of the daemon: on its way, come, or refused in words. */

import { useEffect, useState } from 'react'
import { RequestFailure } from './api.ts'

export type Asked<T> =
  { phase: 'asking' } | { phase: 'come'; value: T } | { phase: 'refused'; text: string; hint: string | null }

export function toRefusal(thrown: unknown): { phase: 'refused'; text: string; hint: string | null } {
  const hint = thrown instanceof RequestFailure ? thrown.hint : null
  return { phase: 'refused', text: thrown instanceof Error ? thrown.message : String(thrown), hint }
}

/** Asks when it is first shown, and again when `key` changes; an answer to an earlier question is dropped. */
export function useAsked<T>(ask: () => Promise<T>, key: unknown): Asked<T> {
  const [asked, setAsked] = useState<Asked<T>>({ phase: 'asking' })
  useEffect(() => {
    let isCurrent = true
    setAsked({ phase: 'asking' })
    ask().then(
      (value) => isCurrent && setAsked({ phase: 'come', value }),
      (thrown: unknown) => isCurrent && setAsked(toRefusal(thrown)),
    )
    return () => {
      isCurrent = false
    }
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the key says what is asked
  }, [key])
  return asked
}
