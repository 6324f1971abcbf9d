/** From the sender to the developer's app: how many a second, and how long one takes at a steady 200 a second. */

import { alternate } from '../measure/rounds.ts'
import { startProduct } from '../measure/process.ts'
import { toRow, type Row } from '../measure/row.ts'
import { percentileOf } from '../measure/statistics.ts'
import type { Sent } from '../subjects/ends.ts'
import { demandAnswers, sinkFlags, startEnds, type Benchmark, type Ends } from './benchmark.ts'
import { startMockttp, startSmee } from './peers.ts'

const connections = 16
const perSecond = 200

export const forward: Benchmark = async ({ quick }) => [
  ...(await throughput(quick ? 1_000 : 4_000, quick ? 3 : 7)),
  ...(await latency(quick ? 200 : 1_000, quick ? 3 : 7)),
]

async function throughput(count: number, rounds: number): Promise<Row[]> {
  await using ends = await startEnds()
  const run = (name: string, url: string) => async () => {
    await ends.prepare(url, count)
    const sent = await ends.send({ connections, untilDelivered: true })
    const missing = count - (sent.answered - sent.lost)
    if (missing > 0) console.error(`${name}: ${missing} of ${count} did not arrive.`)
    // A peer that loses some is measured by what it delivers; we may lose none.
    if (missing > 0 && name === 'fic-dev') throw new Error('Nothing may be lost.')
    return (count - missing) / (Math.max(sent.answeredInMs, sent.deliveredInMs) / 1000)
  }
  const { product, mockttp, smee } = await withPeers(
    ends,
    (urls) => ({
      product: run('fic-dev', urls.product),
      mockttp: run('mockttp', urls.mockttp),
      smee: run('smee', urls.smee),
    }),
    rounds,
  )
  const shared = { what: 'acknowledged and delivered', unit: '/s', product }
  return [
    toRow({ ...shared, reference: 'mockttp', referenceValues: mockttp, goal: { atLeast: 2.5 } }),
    toRow({ ...shared, reference: 'smee', referenceValues: smee, goal: { atLeast: 2.5 } }),
  ]
}

async function latency(count: number, rounds: number): Promise<Row[]> {
  await using ends = await startEnds()
  const run = (name: string, url: string) => async (): Promise<Sent> => {
    await ends.prepare(url, count)
    const sent = await ends.send({ connections, perSecond, untilDelivered: true })
    demandAnswers(sent, name)
    return sent
  }
  const { product, smee, direct } = await withPeers(
    ends,
    (urls) => ({
      product: run('fic-dev', urls.product),
      smee: run('smee', urls.smee),
      direct: run('direct', ends.appUrl),
    }),
    rounds,
  )
  const at = (percent: number, sent: Sent[]) =>
    sent.map(({ latenciesMs }) => percentileOf(latenciesMs, percent))
  return [50, 99].flatMap((percent) => {
    const shared = {
      what: `POST to arrival at 200/s, p${percent}`,
      unit: 'ms',
      product: at(percent, product),
    }
    return [
      toRow({ ...shared, reference: 'smee', referenceValues: at(percent, smee), goal: { atMost: 0.6 } }),
      toRow({
        ...shared,
        reference: 'direct POST',
        referenceValues: at(percent, direct),
        comparison: 'difference',
        goal: { atMost: percent === 50 ? 0.6 : 3 },
      }),
    ]
  })
}

/** All of them run at once, as the machine would have it; only one has work at a time. */
async function withPeers<Result, Name extends string>(
  ends: Ends,
  toSubjects: (urls: Record<'product' | 'mockttp' | 'smee', string>) => Record<Name, () => Promise<Result>>,
  rounds: number,
) {
  await using product = await startProduct([...sinkFlags, '-f', ends.appUrl])
  await using mockttp = await startMockttp(ends.appUrl)
  await using smee = await startSmee(ends.appUrl)
  const subjects = toSubjects({ product: product.sinkUrl, mockttp: mockttp.url, smee: smee.url })
  await alternate(subjects, 1)
  // With `await`, or they would be closed before they have run.
  return await alternate(subjects, rounds)
}
