/** The part of a query that says which notifications are meant, as the store understands it. */

import { FicDevError } from '../errors.ts'
import type { NotificationFilter } from '../store/filter/sql.ts'
import { readFilterText } from '../store/filter/language.ts'

/** More than a person types; fifty terms fit in. */
const longestFilter = 4_000

/** Times are ISO 8601; `q` is in the filter language. */
export type FilterQuery = Omit<NotificationFilter, 'since' | 'until' | 'terms'> & {
  q?: string
  since?: string
  until?: string
}

/** @throws FicDevError BAD_REQUEST where `q` is not understood */
export function toFilter({ q, since, until, ...rest }: FilterQuery, now: Date): NotificationFilter {
  return {
    ...rest,
    ...(since !== undefined && { since: new Date(since) }),
    ...(until !== undefined && { until: new Date(until) }),
    ...(q !== undefined && { terms: readTerms(q, now) }),
  }
}

function readTerms(q: string, now: Date) {
  if (q.length > longestFilter) {
    throw new FicDevError(
      'BAD_REQUEST',
      `A filter has at most ${longestFilter} characters; this one has ${q.length}.`,
      {
        hint: 'Leave terms out, or search for a part of the text.',
      },
    )
  }
  const read = readFilterText(q, now)
  if (read.outcome === 'filter') return read.terms
  throw new FicDevError('BAD_REQUEST', read.problems.join(' '), {
    hint: 'Example: type:invoices.create target:5xx since:1h "free text" -negation',
  })
}
