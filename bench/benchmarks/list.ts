/** How fast a store is looked through: with very many notifications against with a thousand. */

import { cpSync, rmSync } from 'node:fs'
import { startProduct, createFolder, type Product } from '../measure/process.ts'
import { alternate } from '../measure/rounds.ts'
import { toRow } from '../measure/row.ts'
import { medianOf } from '../measure/statistics.ts'
import { captureThousand, sinkFlags, type Benchmark } from './benchmark.ts'
import { multiplyStore } from './multiply-store.ts'

const few = 1_000
const asksPerRound = 5

const questions = {
  'newest 100': '',
  'filtered, 1 in 10 fits': '&type=products.update',
  'filtered, nothing fits': '&type=cashbook.delete',
  'full text, 1 in 1,000 fits': '&q=3000777',
  'full text, nothing fits': '&q=nowhere-to-be-found',
}

export const list: Benchmark = async ({ quick }) => {
  const many = quick ? 30_000 : 1_000_000
  const small = createFolder()
  const large = createFolder()
  try {
    await captureThousand(small)
    cpSync(small, large, { recursive: true })
    multiplyStore(large, many / few)

    const flags = [...sinkFlags, '--keep', '10000000']
    await using one = await startProduct(flags, { dir: small })
    await using other = await startProduct(flags, { dir: large })
    const rows = []
    for (const [what, query] of Object.entries(questions)) {
      const subjects = { small: ask(one, query), large: ask(other, query) }
      await alternate(subjects, 1)
      const asked = await alternate(subjects, quick ? 3 : 5)
      rows.push(
        toRow({
          what: `${what}, of ${many}`,
          reference: `the same of ${few}`,
          unit: 'ms',
          product: asked.large,
          referenceValues: asked.small,
          goal: { atMost: 3 },
        }),
      )
    }
    return rows
  } finally {
    for (const folder of [small, large]) rmSync(folder, { recursive: true, force: true })
  }
}

function ask({ inspectorUrl, token }: Product, query: string): () => Promise<number> {
  const url = `${inspectorUrl}/api/notifications?limit=100${query}`
  return async () => {
    const tookMs: number[] = []
    for (let asked = 0; asked < asksPerRound; asked++) {
      const startedAt = performance.now()
      const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
      await response.text()
      if (!response.ok) throw new Error(`${url} was answered ${response.status}.`)
      tookMs.push(performance.now() - startedAt)
    }
    return medianOf(tookMs)
  }
}
