import { expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import { startReceiver } from '../support/receiver.ts'
import { createFolder, run, start, type JsonLine } from '../support/process.ts'

const isReady = (line: JsonLine) => line['type'] === 'ready'

function findings(stdout: string): JsonLine[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

function outcomes(stdout: string): Record<string, string> {
  return Object.fromEntries(findings(stdout).map(({ name, outcome }) => [name, outcome]))
}

test('beside a running daemon everything is looked at: exit 0, one finding per line', async () => {
  const cwd = createFolder()
  const keys = findings((await run(['keys', '--json'], { cwd })).stdout)
  const receiver = await startReceiver(() => keys[0]?.['pem'])
  const daemon = start(['--emulator', '-f', receiver.url], { cwd })
  await daemon.line(isReady)
  // The daemon says that it runs with the emulator; only the target is no part of what it tells.
  const { exitCode, stdout } = await run(['doctor', '--json', '-f', receiver.url], { cwd })
  expect(outcomes(stdout)).toEqual({
    node: 'ok',
    config: 'ok',
    'data-dir': 'ok',
    disk: 'ok',
    key: 'ok',
    token: 'skipped',
    daemon: 'ok',
    tunnel: 'skipped',
    subscription: 'ok',
    budget: 'ok',
    deliveries: 'ok',
    forwarding: 'ok',
    target: 'ok',
  })
  expect(exitCode).toBe(0)
  for (const finding of findings(stdout)) {
    expect(Object.keys(finding)).toEqual(['type', 'name', 'outcome', 'what', 'why', 'todo'])
  }
})

test('what does not work is a failure with what to do, and ends with 1', async () => {
  const cwd = createFolder()
  const { exitCode, stdout } = await run(['doctor', '--emulator', '-f', 'http://127.0.0.1:1/'], { cwd })
  expect(exitCode).toBe(1)
  expect(stdout).toMatch(
    /^failure +target +No connection to http:\/\/127\.0\.0\.1:1\/: connection refused\.\n +\S.*\n +Is your app running/m,
  )
  expect(stdout).toMatch(/^ok +config +No config file; set: forwardTo \(flag\), emulator \(flag\)\.$/m)
})

test('token and company are asked, and the token is never shown', async () => {
  const cwd = createFolder()
  await using emulator = await createEmulator()
  const key = Buffer.from(emulator.publicKey).toString('base64')
  const args = ['doctor', '--json', '--api-base', emulator.url, '--public-key', key, '--company', '108061']
  const good = await run(args, { cwd, environment: { FIC_ACCESS_TOKEN: 'a/canary' } })
  expect([good.exitCode, outcomes(good.stdout)]).toEqual([
    0,
    expect.objectContaining({ token: 'ok', company: 'ok', webhooks: 'ok', daemon: 'skipped' }),
  ])
  expect(`${good.stdout}${good.stderr}`).not.toContain('canary')
  const bad = await run(args, { cwd, environment: { FIC_ACCESS_TOKEN: 'invalid' } })
  expect([bad.exitCode, outcomes(bad.stdout)['token']]).toEqual([1, 'failure'])
})
