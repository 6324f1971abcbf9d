import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startReceiver } from '../support/receiver.ts'
import { createFolder, follow, run, type JsonLine } from '../support/process.ts'

function objects(stdout: string): JsonLine[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

/** The dev key of a project, as its app would get it. */
async function devKeyOf(cwd: string): Promise<string> {
  const keys = objects((await run(['keys', '--json'], { cwd })).stdout)
  return keys.find(({ name }) => name === 'dev')?.['pem']
}

test('an app that is given the dev key and does all right passes: exit 0, one object per case and a summary', async () => {
  const cwd = createFolder()
  const key = await devKeyOf(cwd)
  const receiver = await startReceiver(() => key)
  const { exitCode, stdout } = await run(['check', receiver.url, '--json'], { cwd })
  const lines = objects(stdout)
  expect(lines.filter((line) => line['outcome'] !== undefined && line['outcome'] !== 'right')).toEqual([])
  expect(exitCode).toBe(0)
  expect(lines.at(-1)).toEqual({
    type: 'summary',
    target: receiver.url,
    audience: receiver.url,
    passed: true,
    counts: { right: lines.length - 1, careless: 0, wrong: 0, skipped: 0 },
    advice: [],
  })
  expect(lines.find(({ name }) => name === 'binary')).toEqual({
    type: 'case',
    target: receiver.url,
    name: 'binary',
    title: 'one id, binary mapping',
    expected: expect.stringContaining('200'),
    outcome: 'right',
    status: 200,
    durationMs: expect.any(Number),
    says: '200',
    cost: null,
    cause: null,
    body: null,
  })
})

test('an app with mistakes fails: exit 1, the whole report on stdout, a block for each distinct answer, and JUnit for CI', async () => {
  const cwd = createFolder()
  const key = await devKeyOf(cwd)
  const receiver = await startReceiver(() => key, { toNoIds: 400, claimUnchecked: 'aud' })
  const { exitCode, stdout, stderr } = await run(['check', receiver.url, '--junit', 'check.xml'], { cwd })
  expect(exitCode).toBe(1)
  expect(stdout).toMatch(/^right +binary +200 +\d+ms +one id, binary mapping$/m)
  expect(stdout).toMatch(/^Checking http\S+, signed with this project's dev key, for the audience http\S+$/m)
  expect(stdout).toMatch(
    /^welcome, welcome-no-data\n  http\S+ answered 400\. .*\n(?: .*\n)*?  Expected: an answer .*\n .*the subscription expires 10 days.*\n  welcome: /m,
  )
  expect(stdout).toMatch(/^wrong +foreign-sink +200 /m)
  expect(stdout).toMatch(/This receiver is not right yet: \d+ right, 3 wrong\.\n$/)
  expect(stderr).toBe('')
  const junit = readFileSync(join(cwd, 'check.xml'), 'utf8')
  expect(junit.match(/<failure /g)).toHaveLength(3)
})

test('an app without the dev key is told so, in one sentence', async () => {
  const receiver = await startReceiver(() => 'no key')
  const { exitCode, stdout } = await run(['check', receiver.url], { cwd: createFolder() })
  expect(exitCode).toBe(1)
  expect(
    stdout.match(/Give your app the keys and audiences that "fic-dev env" prints/g)?.length,
  ).toBeLessThanOrEqual(2)
})

test('--only and --skip choose cases, by name or by how names begin', async () => {
  const cwd = createFolder()
  const receiver = await startReceiver(() => '', { tokenUnchecked: true })
  const args = ['check', receiver.url, '--json', '--only', 'structured,binary', '--skip', 'structured-json']
  const names = objects((await run(args, { cwd })).stdout).flatMap(({ name }) => name ?? [])
  expect(names).toEqual(['start', 'binary', 'structured'])
  const slip = await run(['check', receiver.url, '--only', 'binray'], { cwd })
  expect([slip.exitCode, slip.stderr.includes('Did you mean "binary"?')]).toEqual([2, true])
})

test('without a URL the configured targets are checked, with their headers and a type that they take', async () => {
  const cwd = createFolder()
  const [all, clients] = [
    await startReceiver(() => '', { tokenUnchecked: true }),
    await startReceiver(() => '', { tokenUnchecked: true }),
  ]
  const forwardTo = [{ types: ['entities.*'], url: clients.url, headers: { 'x-team': 'crm' } }, all.url]
  await writeFile(join(cwd, 'fic-dev.config.json'), JSON.stringify({ forwardTo }))
  await run(['check', '--only', 'binary'], { cwd })
  expect(clients.requests.map(({ headers }) => [headers['x-team'], headers['ce-type']])).toEqual([
    ['crm', 'it.fattureincloud.webhooks.entities.clients.create'],
  ])
  expect(all.requests[0]?.headers['ce-type']).toBe(
    'it.fattureincloud.webhooks.issued_documents.invoices.create',
  )
  const none = await run(['check'], { cwd: createFolder() })
  expect([none.exitCode, none.stderr.includes('There is no receiver to check.')]).toEqual([2, true])
})

test("somebody else's server is asked only after a yes", async () => {
  const cwd = createFolder()
  const refused = await run(['check', 'http://hooks.invalid/webhooks'], { cwd })
  expect([refused.exitCode, refused.stderr.includes('--yes')]).toEqual([2, true])
  const asked = await run(['check', 'http://hooks.invalid/webhooks', '--yes', '--wait', '0.2'], { cwd })
  expect([asked.exitCode, asked.stdout.includes('no connection to hooks.invalid')]).toEqual([1, true])
})

test('an app that starts late is waited for, and the wait is told; one that never starts is a failure', async () => {
  const cwd = createFolder()
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.once('listening', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  const url = `http://127.0.0.1:${port}/webhooks`

  const never = await run(['check', url, '--wait', '0.3', '--json'], { cwd })
  expect(never.exitCode).toBe(1)
  const [start, ...rest] = objects(never.stdout)
  expect(start).toMatchObject({
    name: 'start',
    outcome: 'wrong',
    says: expect.stringContaining('connection refused'),
  })
  expect(new Set(rest.slice(0, -1).map(({ outcome }) => outcome))).toEqual(new Set(['skipped']))

  const checking = follow(['check', url, '--wait', '30', '--only', 'binary'], { cwd })
  await checking.text((line) => line.startsWith('Checking'))
  await startReceiver(() => '', { tokenUnchecked: true }, port)
  const said = await checking.text((line) => line.includes(' start '))
  expect(said).toMatch(/^right .* listens(?:, after \d+\.\d s \(before that: connection refused\))?$/)
  expect(await checking.ended).toBe(0)
})
