/** A row of the result table: the product's number, the reference's from the same rounds, and the goal. */

import { medianOf } from './statistics.ts'

export type Goal = { atLeast: number } | { atMost: number }

/** `ratio`: product by reference. `difference`: product less reference. `plain`: the product's number itself. */
type Comparison = 'ratio' | 'difference' | 'plain'

export interface Row {
  what: string
  reference: string
  unit: string
  /** Medians over the rounds; there is no reference for a plain number. */
  product: number
  referenceValue: number | null
  comparison: Comparison
  /** Median over the rounds of what is compared, and its smallest and largest value. */
  value: number
  spread: [number, number]
  goal: Goal | null
  met: boolean | null
}

export interface Compared {
  what: string
  reference: string
  unit: string
  comparison?: Comparison
  goal: Goal | null
  /** A value per round; both lists are of one length. */
  product: readonly number[]
  referenceValues?: readonly number[]
}

/** Compares round by round, so that what slows the machine down for a while slows both sides of a comparison. */
export function toRow(compared: Compared): Row {
  const { what, reference, unit, goal, product, referenceValues } = compared
  const comparison = referenceValues === undefined ? 'plain' : (compared.comparison ?? 'ratio')
  const values = product.map((value, round) => compare(value, referenceValues?.[round], comparison))
  const value = medianOf(values)
  return {
    what,
    reference,
    unit,
    product: medianOf(product),
    referenceValue: referenceValues === undefined ? null : medianOf(referenceValues),
    comparison,
    value,
    spread: [Math.min(...values), Math.max(...values)],
    goal,
    met: goal === null ? null : 'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost,
  }
}

function compare(product: number, reference: number | undefined, comparison: Comparison): number {
  if (reference === undefined) return product
  return comparison === 'ratio' ? product / reference : product - reference
}
