/** The short form of the soak: half a minute of everything at once, and books that agree in the end. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

test(
  'what was answered 200 is stored and delivered, whatever was done to the daemon',
  { timeout: 400_000 },
  async () => {
    const script = join(import.meta.dirname, 'soak.ts')
    const soak = spawn(process.execPath, ['--import', 'tsx', script, '--seconds', '30'], { stdio: 'pipe' })
    onTestFinished(() => void soak.kill('SIGTERM'))
    let told = ''
    soak.stdout.on('data', (chunk) => (told += String(chunk)))
    soak.stderr.on('data', (chunk) => (told += String(chunk)))
    const [exitCode] = (await once(soak, 'close')) as [number | null]
    console.info(told)

    expect(told).not.toContain('problem:')
    expect(told).toMatch(/^requests tried: \d{3,}/m)
    expect(told).toMatch(/^lost: 0$/m)
    expect(exitCode).toBe(0)
  },
)
