/** Medians and percentiles. Pure. */

/** @throws on an empty list */
export function medianOf(values: readonly number[]): number {
  return percentileOf(values, 50)
}

/** The nearest rank; @throws on an empty list */
export function percentileOf(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const found = sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))]
  if (found === undefined) throw new Error('There are no values.')
  return found
}
