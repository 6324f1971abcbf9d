/** From the command to `ready`, emulator included: the subscription is made and verified by then. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createFolder, startProduct } from '../measure/process.ts'
import { alternate } from '../measure/rounds.ts'
import { toRow } from '../measure/row.ts'
import type { Benchmark } from './benchmark.ts'

/** Sharing waits for no server, so there need not be one. */
const nobody = 'nats://127.0.0.1:1'

export const start: Benchmark = async ({ quick }) => {
  const subjects = {
    node: startNode,
    plain: () => startIn(() => {}),
    typeScript: () => startIn(writeConfig),
    sharing: () => startIn(() => {}, ['--share', nobody]),
  }
  await alternate(subjects, 1)
  const { node, plain, typeScript, sharing } = await alternate(subjects, quick ? 3 : 15)
  const shared = { reference: 'node -e 0', unit: 'ms', referenceValues: node }
  return [
    toRow({ ...shared, what: 'start to ready, --emulator', product: plain, goal: { atMost: 4 } }),
    toRow({ ...shared, what: 'the same with fic-dev.config.ts', product: typeScript, goal: { atMost: 6 } }),
    // The client of NATS is loaded here and nowhere else; that the others do without it, a test looks at.
    toRow({
      what: 'the same with --share',
      reference: 'without it',
      unit: 'ms',
      comparison: 'difference',
      product: sharing,
      referenceValues: plain,
      goal: null,
    }),
  ]
}

async function startNode(): Promise<number> {
  const startedAt = performance.now()
  await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit')
  return performance.now() - startedAt
}

/** In a new project: key, store and subscription have to be made, too. */
async function startIn(prepare: (dir: string) => void, flags: string[] = []): Promise<number> {
  const dir = createFolder()
  prepare(dir)
  const product = await startProduct(['--emulator', ...flags], { dir })
  await product[Symbol.asyncDispose]()
  rmSync(dir, { recursive: true, force: true })
  return product.startedInMs
}

function writeConfig(dir: string): void {
  writeFileSync(
    join(dir, 'fic-dev.config.ts'),
    `interface App { port: number }
const app: App = { port: 3000 }
export default { forwardTo: \`http://localhost:\${app.port}/webhooks\` }
`,
  )
}
