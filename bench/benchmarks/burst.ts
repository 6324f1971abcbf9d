/** A burst: what is lost, how many connections the app sees, and how much memory it takes. Fresh processes each round. */

import { memoryOf } from '../measure/process-cost.ts'
import { startProduct } from '../measure/process.ts'
import { alternate } from '../measure/rounds.ts'
import { toRow } from '../measure/row.ts'
import { sinkFlags, startEnds, type Benchmark } from './benchmark.ts'
import { startSmee } from './peers.ts'

const connections = 256

export const burst: Benchmark = async ({ quick }) => {
  const count = quick ? 3_000 : 10_000

  async function run(url: string, ends: Awaited<ReturnType<typeof startEnds>>, pids: readonly number[]) {
    await ends.prepare(url, count)
    const { answered, lost, peakSockets } = await ends.send({ connections, untilDelivered: true })
    const peaks = pids.map((pid) => memoryOf(pid).peakMib)
    return { lost: count - answered + lost, peakSockets, peakMib: peaks.reduce((sum, peak) => sum + peak, 0) }
  }
  const results = await alternate(
    {
      async product() {
        await using ends = await startEnds()
        await using product = await startProduct([...sinkFlags, '-f', ends.appUrl])
        return await run(product.sinkUrl, ends, [product.pid])
      },
      async smee() {
        await using ends = await startEnds()
        await using smee = await startSmee(ends.appUrl)
        return await run(smee.url, ends, smee.pids)
      },
    },
    quick ? 1 : 3,
  )
  const of = (name: 'product' | 'smee', value: 'lost' | 'peakSockets' | 'peakMib') =>
    results[name].map((result) => result[value])
  const what = `burst of ${count}`
  return [
    toRow({
      what: `${what}: lost`,
      reference: 'none',
      unit: '',
      product: of('product', 'lost'),
      goal: { atMost: 0 },
    }),
    toRow({
      what: `${what}: lost by smee`,
      reference: '',
      unit: '',
      product: of('smee', 'lost'),
      goal: null,
    }),
    toRow({
      what: `${what}: connections to the app`,
      reference: 'none',
      unit: '',
      product: of('product', 'peakSockets'),
      goal: { atMost: 64 },
    }),
    toRow({
      what: `${what}: peak memory`,
      reference: 'smee server + client',
      unit: 'MiB',
      product: of('product', 'peakMib'),
      referenceValues: of('smee', 'peakMib'),
      goal: { atMost: 0.3 },
    }),
  ]
}
