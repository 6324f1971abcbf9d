/** What is kept is bounded: imported ones go first, then the oldest, and never one that the target has not got yet. */

import { readFileSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { exportedLine } from '../support/exported.ts'
import { createFolder, isReady, kill, run, start, storedIds } from '../support/process.ts'
import { arrived, startTarget } from '../support/target.ts'
import { post, publicKey } from '../support/load.ts'

test('with --keep 100 of 600 the last hundred stay, and those that wait for a target that is down', async () => {
  const cwd = createFolder()
  await using target = await startTarget()
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => agent.destroy())
  const flags = ['--tunnel', 'none', '--public-key', publicKey, '--keep', '100']
  const send = async (sinkUrl: string, name: string, count: number) => {
    const ids = Array.from({ length: count }, (_, index) => `${index}:${name}`)
    for (const id of ids) expect(await post(sinkUrl, id, agent)).toBe(200)
    return ids
  }
  // Nobody listens at port 1.
  const first = start([...flags, '-f', 'http://127.0.0.1:1/'], { cwd })
  const waiting = await send((await first.line(isReady))['sinkUrl'], 'waits', 5)
  await kill(first)

  // Forwards nothing, so that what comes now waits for nobody.
  const second = start(flags, { cwd })
  const later = await send((await second.line(isReady))['sinkUrl'], 'later', 600)
  await kill(second)

  const stored = await storedIds(cwd)
  expect(stored.slice(0, 5)).toEqual(waiting)
  const kept = stored.slice(5)
  // It looks only once in a while; what is there is the end of what came, without a gap.
  expect(kept.length).toBeGreaterThanOrEqual(95)
  expect(kept.length).toBeLessThanOrEqual(250)
  expect(kept).toEqual(later.slice(-kept.length))

  const third = start([...flags, '-f', target.url], { cwd })
  await third.line(isReady)
  await arrived(target, waiting)
})

/** 300 that were received three years before anything here. */
const oldExport = Array.from({ length: 300 }, (_, index) =>
  exportedLine(`${index}:old`, new Date(Date.UTC(2023, 0, 1, 0, 0, index)).toISOString()),
).join('\n')

async function startWithCaptures(flags: readonly string[]) {
  const cwd = createFolder()
  writeFileSync(join(cwd, 'old.ndjson'), oldExport)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => agent.destroy())
  const daemon = start(['--tunnel', 'none', '--public-key', publicKey, ...flags], { cwd })
  const ready = await daemon.line(isReady)
  const send = async (count: number, name: string) => {
    const ids = Array.from({ length: count }, (_, index) => `${index}:${name}`)
    for (const id of ids) expect(await post(ready['sinkUrl'], id, agent)).toBe(200)
    return ids
  }
  return { cwd, daemon, ready, send }
}

test('an import of 300 with --keep 200 says first what it leaves out, and evicts no capture', async () => {
  const { cwd, daemon, send } = await startWithCaptures(['--keep', '200'])
  const own = await send(150, 'own')

  const imported = await run(['import', 'old.ndjson'], { cwd })

  expect(imported.exitCode).toBe(1)
  const said = imported.stderr.split('\n')
  expect(said[0]).toMatch(
    /^250 of the 300 notifications in old\.ndjson don't fit and will be left out: .*200 /,
  )
  expect(said[1]).toBe('Imported 50, skipped 0 that were there already.')
  expect(imported.stderr).toContain('FIC_DEV_E_IMPORT_LEFT_OUT')
  const later = await send(60, 'later')
  await kill(daemon)
  const stored = await storedIds(cwd)
  expect(stored.filter((id) => !id.endsWith(':old'))).toEqual([...own, ...later])
})

test('the API imports what fits, answers 200 and counts the rest', async () => {
  const { cwd, ready, send } = await startWithCaptures(['--keep', '200'])
  await send(150, 'own')
  const { token } = JSON.parse(readFileSync(join(cwd, '.fic-dev', 'daemon.json'), 'utf8'))
  const importInto = (query = '') =>
    fetch(`${ready['inspectorUrl']}/api/import${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
      body: oldExport,
    })

  const answer = { imported: 50, skipped: 0, leftOut: 250, reason: expect.stringContaining('--keep') }
  for (const query of ['?trial=true', '']) {
    const response = await importInto(query)
    expect([response.status, await response.json()]).toEqual([200, answer])
  }
})

test('without a daemon an import keeps to the limit of the configuration, too', async () => {
  const cwd = createFolder()
  writeFileSync(join(cwd, 'old.ndjson'), oldExport)

  const imported = await run(['import', 'old.ndjson', '--json'], {
    cwd,
    environment: { FIC_DEV_KEEP: '200', FIC_DEV_KEEP_DAYS: '36500' },
  })

  expect(imported.exitCode).toBe(1)
  const [answer, error] = imported.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(answer).toMatchObject({ imported: 200, skipped: 0, leftOut: 100 })
  expect(error).toMatchObject({ type: 'error', error: { code: 'FIC_DEV_E_IMPORT_LEFT_OUT' } })
  expect(await storedIds(cwd)).toHaveLength(200)
})

test('with --drop-duplicates an imported copy does not hold back the genuine notification', async () => {
  await using target = await startTarget()
  const { cwd, send } = await startWithCaptures(['--drop-duplicates', '-f', target.url])
  const copy = JSON.parse(exportedLine('0:own'))
  copy.notification.signature.outcome = 'valid'
  const imported = await run(['import', '-', '--json'], { cwd }, JSON.stringify(copy))
  expect(JSON.parse(imported.stdout)).toEqual({ imported: 1, skipped: 0 })

  const sent = await send(1, 'own')
  await send(1, 'own')
  const end = await send(1, 'end')

  await arrived(target, [...sent, ...end])
  expect(target.received.map(({ headers }) => headers['ce-id'])).toEqual([...sent, ...end])
})
