/** The outcomes that the chart and the coverage board tell apart, in the order in which they are stacked. */

import type { Outcome } from '../../src/contract/board.ts'

export interface OutcomeLook {
  outcome: Outcome
  word: string
  /** A variable of page.css. */
  color: string
}

export const outcomes: readonly OutcomeLook[] = [
  { outcome: 'delivered', word: 'delivered', color: 'var(--good)' },
  { outcome: 'none', word: 'not handed on', color: 'var(--bar-none)' },
  { outcome: 'pending', word: 'waiting', color: 'var(--bar-pending)' },
  { outcome: 'retried', word: 'retried', color: 'var(--bar-retried)' },
  { outcome: 'dropped', word: 'dropped', color: 'var(--bad)' },
  { outcome: 'subscription-deleted', word: 'subscription deleted', color: 'var(--received)' },
]
