/** What the filter can complete: the event types, and the companies that were seen. */

import { useEffect, useMemo, useState } from 'react'
import type { Notification } from '../../src/contract/notification.ts'
import { fetchTypes } from './api.ts'
import type { Known } from './filter-completion.ts'

export function useKnown(rows: Notification[], live: boolean): Known {
  const [types, setTypes] = useState<string[]>([])
  useEffect(() => {
    if (!live) return
    fetchTypes().then(
      (entries) => setTypes(entries.map(({ shortName }) => shortName)),
      () => {},
    )
  }, [live])
  const companies = useMemo(() => {
    const seen = new Set(rows.map(({ company }) => company))
    return [...seen].filter((company) => company !== null)
  }, [rows])
  return { types, companies }
}
