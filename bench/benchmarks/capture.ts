/** How many notifications the sink takes in a second, everything on: signature, durable store, an inspector open. */

import { alternate } from '../measure/rounds.ts'
import { startProduct, startSubject } from '../measure/process.ts'
import { toRow } from '../measure/row.ts'
import { demandAnswers, openInspector, publicPem, sinkFlags, startEnds, type Benchmark } from './benchmark.ts'

const connections = 32

export const capture: Benchmark = async ({ quick }) => {
  const count = quick ? 3_000 : 6_000
  await using ends = await startEnds()
  await using product = await startProduct(sinkFlags)
  await using bare = await startSubject('fastify-bare')
  await using jose = await startSubject('fastify-jose', publicPem)
  await using _inspector = await openInspector(product)

  /** `times`: a fast one would be through before it can be measured. The product gets every message once. */
  const measure = (name: string, url: string, times: number) => async () => {
    await ends.prepare(url, count)
    const sent = await ends.send({ connections, times })
    demandAnswers(sent, name)
    return sent.answered / (sent.answeredInMs / 1000)
  }
  const subjects = {
    product: measure('fic-dev', product.sinkUrl, 1),
    jose: measure('jose', `${jose.ready}/sink`, 2),
    bare: measure('Fastify', `${bare.ready}/sink`, 5),
  }
  // Code that has not run often is slow, in everybody's process.
  await alternate(subjects, 1)
  const results = await alternate(subjects, quick ? 3 : 7)

  const what = 'sink, everything on, one inspector'
  const shared = { what, unit: '/s', product: results.product }
  return [
    toRow({ ...shared, reference: 'Fastify + jose', referenceValues: results.jose, goal: { atLeast: 1 } }),
    toRow({ ...shared, reference: 'bare Fastify', referenceValues: results.bare, goal: { atLeast: 0.22 } }),
  ]
}
