/** A process of its own that holds the store of a data directory until it is killed; it is killed with the test. */

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

const program = join(import.meta.dirname, '..', 'store', 'hold-store.ts')

/** Resolves when the store is held. */
export async function startHolder(dataDir: string): Promise<ChildProcess> {
  const holder = spawn(process.execPath, ['--import', 'tsx', program, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void holder.kill('SIGKILL'))
  await once(holder.stdout, 'data')
  return holder
}
