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

  test.each([
    'list',
    'list --json',
    'types',
    'keys',
    'export',
    '--help',
    'completion bash',
    'export -o /dev/full',
  ])('makes "%s" exit with 1 and the reason', async (command) => {
    const cwd = createFolder()
    const daemon = start(['--emulator', '--no-open'], { cwd })
    await daemon.line(isReady)

    const { exitCode, stderr } = await runInShell(`${command} > ${full}`, cwd)

    expect(stderr).toMatch(failed)
    expect(exitCode).toBe(1)
    await kill(daemon)
  })
})

test('a reader that has read enough ends a list with 0 and no words', async () => {
  const cwd = createFolder()
  const daemon = start(['--emulator', '--no-open'], { cwd })
  await daemon.line(isReady)

  const { exitCode, stderr } = await runInShell('list --json | head -1', cwd)

  expect([exitCode, stderr]).toEqual([0, ''])
  await kill(daemon)
})
