/** Runs product and references in turn, in another order each round. */

/** Gives the results of each subject, one per round. */
export async function alternate<Result, Name extends string>(
  subjects: Record<Name, () => Promise<Result>>,
  rounds: number,
): Promise<Record<Name, Result[]>> {
  const names = Object.keys(subjects) as Name[]
  const results = Object.fromEntries(names.map((name) => [name, [] as Result[]])) as Record<Name, Result[]>
  for (let round = 0; round < rounds; round++) {
    // Whoever comes first must not always be the same: the machine may be busier at some moments of a round.
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      results[name].push(await subjects[name]())
    }
  }
  return results
}
