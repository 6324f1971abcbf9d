/** Memory at rest, and after many captures that are all kept. */

import { setTimeout as pause } from 'node:timers/promises'
import { memoryOf } from '../measure/process-cost.ts'
import { startProduct, startSubject } from '../measure/process.ts'
import { alternate } from '../measure/rounds.ts'
import { toRow } from '../measure/row.ts'
import { demandAnswers, sinkFlags, startEnds, type Benchmark } from './benchmark.ts'

/** Until what the start needed is freed, as far as it will be. */
const restMs = 3_000

/** V8 gives back what a burst made it take once there has been nothing to do for about half a minute. */
const idleMs = 60_000

export const memory: Benchmark = async ({ quick }) => {
  const count = quick ? 20_000 : 100_000
  await using ends = await startEnds()
  const results = await alternate(
    {
      async bare() {
        await using bare = await startSubject('fastify-bare')
        await pause(restMs)
        return { atRest: memoryOf(bare.pid).nowMib, after: 0, idle: 0 }
      },
      async product() {
        await using product = await startProduct([...sinkFlags, '--keep', '1000000'])
        await pause(restMs)
        const atRest = memoryOf(product.pid).nowMib
        for (let sent = 0; sent < count; sent += 10_000) {
          await ends.prepare(product.sinkUrl, 10_000)
          demandAnswers(await ends.send({ connections: 32 }), 'fic-dev')
        }
        await pause(restMs)
        const after = memoryOf(product.pid).nowMib
        if (!quick) await pause(idleMs)
        return { atRest, after, idle: memoryOf(product.pid).nowMib }
      },
    },
    quick ? 1 : 3,
  )
  const atRest = results.product.map((result) => result.atRest)
  const shared = { reference: 'itself at rest', unit: 'MiB', referenceValues: atRest, goal: { atMost: 1.3 } }
  return [
    toRow({
      what: 'memory at rest',
      reference: 'bare Fastify',
      unit: 'MiB',
      product: atRest,
      referenceValues: results.bare.map((result) => result.atRest),
      goal: { atMost: 2 },
    }),
    toRow({
      ...shared,
      what: `memory after ${count} captures`,
      product: results.product.map(({ after }) => after),
    }),
    ...(quick
      ? []
      : [
          toRow({
            ...shared,
            what: 'the same a minute later',
            product: results.product.map(({ idle }) => idle),
          }),
        ]),
  ]
}
