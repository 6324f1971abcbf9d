/** Ids beyond 2^53 keep their digits from capture to terminal, filter, export, replay and trigger. */

import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { DaemonFile } from '../../src/contract/api.ts'
import { createFolder, isReady, run, start, type Place } from '../support/process.ts'
import { startTarget, type Target } from '../support/target.ts'

const large = '9007199254740993'
const larger = '12345678901234567891'

interface Setting extends Place {
  target: Target
  sinkUrl: string
}

/** A daemon with the emulator and a target, after the welcome. */
async function open(): Promise<Setting> {
  const cwd = createFolder()
  const target = await startTarget()
  onTestFinished(() => target.close())
  const daemon = start(['--emulator', '--no-open', '-f', target.url], { cwd })
  const { sinkUrl } = await daemon.line(isReady)
  await target.waitFor(1)
  return { cwd, target, sinkUrl: String(sinkUrl) }
}

/** Unsigned, as a stranger sends it. */
async function send(url: string, headers: Record<string, string>, body: Buffer | string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', headers }, (answer) => answer.resume().on('end', resolve))
    outgoing.on('error', reject).end(body)
  })
}

const event = {
  'content-type': 'application/json',
  'ce-id': '198:1',
  'ce-type': 'it.fattureincloud.webhooks.taxes.create',
  'ce-source': 'https://api-v2.fattureincloud.it',
  'ce-subject': 'company:1',
  'ce-time': '2026-03-01T12:00:00Z',
  'ce-specversion': '1.0',
}
const body = String.raw`{"data":{"ids":[${large},${larger},5],"sum":1.10,"n":1e3,"a":"\u00e8"},"data2":0,"data2":-0.0}`

describe('an event that came with large ids', () => {
  test('is shown, listed, found, exported and replayed with their digits', async () => {
    const place = await open()
    await send(place.sinkUrl, event, body)
    const [seq = ''] =
      (await run(['list', `id:${large}`, '--json'], place)).stdout.match(/(?<="seq":)\d+/) ?? []

    const shown = (await run(['show', seq], place)).stdout
    expect(shown).toContain(`ids      ${large}, ${larger}, 5`)
    for (const part of [
      larger,
      '"sum": 1.10',
      '"n": 1e3',
      String.raw`"\u00e8"`,
      '"data2": 0',
      '"data2": -0.0',
    ]) {
      expect(shown).toContain(part)
    }
    expect(JSON.parse((await run(['show', seq, '--json'], place)).stdout)).toMatchObject({
      notification: { ids: [large, larger, 5], body, problems: [] },
    })
    expect((await run(['list', `id:${larger}`], place)).stdout).toContain(`ids ${large}, ${larger}, 5`)

    await run(['export', '--format', 'har', '-o', 'all.har'], place)
    expect(readFileSync(join(place.cwd, 'all.har'), 'utf8')).toContain(JSON.stringify(body))

    expect((await run(['replay', seq, '--sign', 'none', '--ids', `5,${larger}`], place)).exitCode).toBe(0)
    expect(place.target.received.at(-1)?.body.toString()).toBe(
      body.replace(`${large},${larger},5`, `5,${larger}`),
    )
    expect((await run(['replay', seq, '--sign', 'none', '--mapping', 'structured'], place)).exitCode).toBe(0)
    expect(place.target.received.at(-1)?.body.toString()).toContain(body.slice(1))
  })

  test('is the same after an export and an import', async () => {
    const place = await open()
    await send(place.sinkUrl, event, body)
    await run(['export', '-o', 'all.ndjson'], place)
    const other = await open()
    await run(['import', join(place.cwd, 'all.ndjson')], other)

    const [line = ''] = (await run(['list', `id:${large}`, '--json'], other)).stdout.split('\n')
    expect(JSON.parse(line)).toMatchObject({ notification: { ids: [large, larger, 5], body } })
  })
})

test.each(['binary', 'structured'])(
  'trigger sends large ids as numbers in the %s mapping',
  async (mapping) => {
    const place = await open()
    await run(['trigger', 'taxes.create', '--ids', `${large},7,abc`, '--mapping', mapping], place)
    const received = await place.target.waitFor(2)

    expect(received.at(-1)?.body.toString()).toContain(`"data":{"ids":[${large},7,"abc"]}`)
  },
)

test('a number beyond 2^53 that comes as a number is refused, because its digits are lost', async () => {
  const place = await open()
  const daemon = JSON.parse(readFileSync(join(place.cwd, '.fic-dev', 'daemon.json'), 'utf8')) as DaemonFile
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${daemon.token}` }
  for (const [url, status] of [
    [`${daemon.inspectorUrl}/api/notifications/1/replay`, 400],
    [`${daemon.inspectorUrl}/api/trigger`, 400],
    [`${daemon.emulatorUrl}/_emulator/trigger`, 422],
  ] as const) {
    const type = url.endsWith('replay') ? {} : { type: 'taxes.create' }
    const asked = JSON.stringify({ ...type, ids: ['x'] }).replace('"x"', large)
    const answer = await fetch(url, { method: 'POST', headers, body: asked })
    expect([url, answer.status]).toEqual([url, status])
  }
})

test('a compressed event is shown as text, with what it is', async () => {
  const place = await open()
  const { gzipSync } = await import('node:zlib')
  await send(place.sinkUrl, { ...event, 'content-encoding': 'gzip' }, gzipSync(body))
  const [seq = ''] =
    (await run(['list', `id:${large}`, '--json'], place)).stdout.match(/(?<="seq":)\d+/) ?? []

  const shown = (await run(['show', seq], place)).stdout
  expect(shown).toMatch(/\(application\/json, gzip, \d+ bytes; the raw bytes: fic-dev show \d+ --body\)/)
  expect(shown).toContain('"sum": 1.10')
})
