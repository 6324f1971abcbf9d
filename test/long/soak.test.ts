/** Everything at once, for ten minutes or for half of one: traffic, kills, cuts, and a target that fails. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { sized } from './size.ts'

const seconds = sized(600, 30)

test(
  `in ${seconds} s of traffic, kills and cuts, each notification answered 200 is stored and delivered`,
  { timeout: (seconds * 2 + 300) * 1_000 },
  async () => {
    const script = join(import.meta.dirname, 'soak/soak.ts')
    const args = ['--import', 'tsx', script, '--seconds', String(seconds)]
    const soak = spawn(process.execPath, args, { stdio: 'pipe' })
    onTestFinished(() => void soak.kill('SIGTERM'))
    let output = ''
    soak.stdout.on('data', (chunk) => (output += String(chunk)))
    soak.stderr.on('data', (chunk) => (output += String(chunk)))
    const [exitCode] = (await once(soak, 'close')) as [number | null]
    console.info(output)

    expect(output).not.toContain('problem:')
    expect(output).toMatch(/^requests tried: \d{3,}/m)
    expect(output).toMatch(/^lost: 0$/m)
    expect(exitCode).toBe(0)
  },
)
