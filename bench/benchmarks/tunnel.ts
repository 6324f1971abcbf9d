/** Through a real localtunnel server and client on this machine: how long an answer takes. */

import { startProduct, startSubject } from '../measure/process.ts'
import { alternate } from '../measure/rounds.ts'
import { toRow } from '../measure/row.ts'
import { percentileOf } from '../measure/statistics.ts'
import { startLocaltunnelServer } from '../../test/support/localtunnel-server.ts'
import { demandAnswers, sinkFlags, startEnds, type Benchmark } from './benchmark.ts'

export const tunnel: Benchmark = async ({ quick }) => {
  const count = quick ? 200 : 600
  const server = await startLocaltunnelServer()
  try {
    await using ends = await startEnds()
    const flags = [...sinkFlags.slice(2), '--tunnel', 'localtunnel', '--tunnel-host', server.url]
    await using product = await startProduct(flags)
    await using bare = await startSubject('fastify-tunnelled', server.url)

    const measure = (name: string, url: string) => async () => {
      await ends.prepare(url, count)
      const sent = await ends.send({ connections: 4, perSecond: 100 })
      demandAnswers(sent, name)
      return percentileOf(sent.answersMs, 50)
    }
    const subjects = {
      product: measure('fic-dev', product.sinkUrl),
      bare: measure('Fastify', `${bare.ready}/sink`),
    }
    await alternate(subjects, 1)
    const results = await alternate(subjects, quick ? 3 : 5)
    return [
      toRow({
        what: 'answer through localtunnel at 100/s, p50',
        reference: 'the same, bare Fastify behind it',
        unit: 'ms',
        product: results.product,
        referenceValues: results.bare,
        goal: { atMost: 1.1 },
      }),
    ]
  } finally {
    await server.stop()
  }
}
