/** Output that can't be written is a failure, and a reader that has read enough is none. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { builtCli } from '../support/built-cli.ts'
import { createFolder, isReady, kill, start } from '../support/process.ts'

const full = '/dev/full'

/** Runs a command through a shell, which connects its stdout. */
async function runInShell(
  command: string,
  cwd: string,
): Promise<{ exitCode: number | null; stderr: string }> {
  const cli = `"${process.execPath}" "${builtCli}"`
  const child = spawn('sh', ['-c', `${cli} ${command}`], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  // The shell starts it as a child of its own.
  onTestFinished(() => void (child.exitCode ?? process.kill(-(child.pid ?? 0), 'SIGKILL')))
  let stderr = ''
  child.stderr.on('data', (chunk) => (stderr += String(chunk)))
  const [exitCode] = (await once(child, 'close')) as [number | null]
  return { exitCode, stderr }
}

describe.skipIf(!existsSync(full))('a full disk', () => {
  const failed =
    /^error: (stdout|\/dev\/full) cannot be written: ENOSPC.*\n  Is the disk full\?.*\n  FIC_DEV_E_OUTPUT_FAILED$/m

  test('ends the daemon with exit code 1 and the reason, in order: it leaves no daemon.json', async () => {
    const cwd = createFolder()
    const ports = '--port 0 --sink-port 0 --emulator-port 0'
    const { exitCode, stderr } = await runInShell(`--emulator --json --no-open ${ports} > ${full}`, cwd)

    expect(stderr).toMatch(failed)
    expect(exitCode).toBe(1)
    expect(existsSync(join(cwd, '.fic-dev/daemon.json'))).toBe(false)
  })

  test('makes every command that prints exit with 1 and the reason', async () => {
    const cwd = createFolder()
    const daemon = start(['--emulator', '--no-open'], { cwd })
    await daemon.line(isReady)
    const commands = [
      'list',
      'list --json',
      'show last',
      'show last --body',
      'types',
      'keys',
      'env',
      'env --json',
      'token --notification last',
      'token a.b.c',
      'subscriptions',
      'subscriptions --json',
      'check http://127.0.0.1:1 --wait 0.1',
      'doctor',
      'trigger products.create',
      'open --no-open',
      'status',
      'status --json',
      'version',
      'export',
      'export --format har',
      'export --fixtures',
      '--help',
      'help list',
      '--version',
      '--print-config',
      'completion bash',
      'export -o /dev/full',
    ]

    const left = [...commands]
    const work = async () => {
      for (let command = left.shift(); command !== undefined; command = left.shift()) {
        const { exitCode, stderr } = await runInShell(`${command} > ${full}`, cwd)
        expect({ command, exitCode, stderr }).toEqual({
          command,
          exitCode: 1,
          stderr: expect.stringMatching(failed),
        })
      }
    }
    await Promise.all([work(), work(), work()])
    await kill(daemon)
  }, 120_000)
})

test('a reader that has read enough ends a list with 0 and no words', async () => {
  const cwd = createFolder()
  const daemon = start(['--emulator', '--no-open'], { cwd })
  await daemon.line(isReady)

  const { exitCode, stderr } = await runInShell('list --json | head -1', cwd)

  expect([exitCode, stderr]).toEqual([0, ''])
  await kill(daemon)
})
