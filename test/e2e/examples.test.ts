/** What `npm start` shows: notifications of every kind at the example target, which is right in all that `check` looks at. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { createFolder, run, type JsonLine } from '../support/process.ts'

test('npm start brings welcome and events, valid, to the example target, and check finds nothing wrong with it', async () => {
  const dataDir = createFolder()
  const ports = ['--port', '0', '--sink-port', '0', '--emulator-port', '0']
  // What the script behind `npm start` runs once the build is there.
  const program = spawn('node_modules/.bin/tsx', ['examples/start.ts', '--json', ...ports], {
    env: { ...process.env, FIC_DEV_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  })
  // A group of its own: the daemon stands two programs below this one, and would stay when only this one is ended.
  onTestFinished(() => endGroup(program.pid))

  const delivered: JsonLine[] = []
  const notified: JsonLine[] = []
  for await (const line of createInterface({ input: program.stdout })) {
    const { type, delivery, notification } = JSON.parse(line) as JsonLine
    if (type === 'notification') notified.push(notification)
    if (type === 'delivery' && delivery.verdict !== 'pending') delivered.push(delivery)
    if (delivered.length === 5) break
  }
  expect(notified.map(({ kind, signature }) => [kind, signature.outcome])).toEqual([
    ['verification', 'valid'],
    ['welcome', 'valid'],
    ...Array.from({ length: 4 }, () => ['event', 'valid']),
  ])
  expect(delivered.map(({ status }) => status)).toEqual([204, 204, 204, 204, 204])

  const target = delivered[0]?.['target'] as string
  const checked = await run(['check', target, '--json', '--data-dir', dataDir], { cwd: dataDir })
  expect(checked.stdout).not.toMatch(/"outcome":"(wrong|careless)"/)
  expect(checked.exitCode).toBe(0)

  program.kill('SIGTERM')
  await once(program, 'exit')
})

function endGroup(pid = 0): void {
  try {
    if (pid > 0) process.kill(-pid, 'SIGKILL')
  } catch {
    // All have ended, as they should.
  }
}
