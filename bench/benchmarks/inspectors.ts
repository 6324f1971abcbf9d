/** What ten open inspectors cost: CPU time of the daemon per notification. */

import { cpuSecondsOf } from '../measure/process-cost.ts'
import { startProduct } from '../measure/process.ts'
import { alternate } from '../measure/rounds.ts'
import { toRow } from '../measure/row.ts'
import { demandAnswers, openInspector, sinkFlags, startEnds, type Benchmark } from './benchmark.ts'

export const inspectors: Benchmark = async ({ quick }) => {
  const count = quick ? 2_000 : 6_000
  await using ends = await startEnds()
  await using product = await startProduct(sinkFlags)

  /** In µs. */
  const measure = (readers: number) => async () => {
    const open = await Promise.all(Array.from({ length: readers }, () => openInspector(product)))
    await ends.prepare(product.sinkUrl, count)
    const before = cpuSecondsOf(product.pid)
    demandAnswers(await ends.send({ connections: 32 }), 'fic-dev')
    const usedSeconds = cpuSecondsOf(product.pid) - before
    await Promise.all(open.map((one) => one[Symbol.asyncDispose]()))
    return (usedSeconds / count) * 1e6
  }
  const subjects = { none: measure(0), ten: measure(10) }
  await alternate(subjects, 1)
  const { none, ten } = await alternate(subjects, quick ? 3 : 5)
  return [
    toRow({
      what: 'ten inspectors: CPU per notification',
      reference: 'no inspector',
      unit: 'µs',
      product: ten,
      referenceValues: none,
      goal: { atMost: 1.4 },
    }),
  ]
}
