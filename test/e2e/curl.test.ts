/** The documentation's curl calls, by curl itself, with nothing changed but the address. */

import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import { startSubscriber } from '../support/subscriber.ts'

const runFile = promisify(execFile)
const clientCreate = 'it.fattureincloud.webhooks.entities.clients.create'

/** Status and JSON body. The flags are those of the documentation's samples. */
async function curl(...args: string[]): Promise<[status: number, body: unknown]> {
  const flags = ['--silent', '--noproxy', '*', '--max-time', '10', '--write-out', '\n%{http_code}']
  const { stdout } = await runFile('curl', [...flags, ...args])
  const cut = stdout.lastIndexOf('\n')
  const text = stdout.slice(0, cut)
  return [Number(stdout.slice(cut + 1)), text === '' ? null : JSON.parse(text)]
}

const bearer = ['--header', 'Authorization: Bearer ACCESS_TOKEN']
const json = ['--header', 'Content-Type: application/json', '--header', 'Accept: application/json']

// Without curl there is nothing to prove here; sdk.test.ts makes the same calls with fetch.
test.skipIf(!hasCurl())('create, list, get, modify, verify and delete by curl', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator()
  const all = `${emulator.url}/c/12345/subscriptions`

  const request = {
    data: {
      sink: target.url,
      types: [clientCreate],
      verification_method: 'query',
      config: { mapping: 'structured' },
    },
  }
  const made = { sink: target.url, types: [clientCreate], config: { mapping: 'structured' } }
  const [status, created] = await curl(
    '--request',
    'POST',
    all,
    ...bearer,
    ...json,
    '--data-raw',
    JSON.stringify(request),
  )
  const { id } = (created as { data: { id: string } }).data
  expect([status, created]).toEqual([200, { data: { id, ...made, verified: false } }])
  expect(id).toMatch(/^SUB\d+$/)
  await emulator.clock.advance(0)

  expect(await curl('--request', 'GET', all, ...bearer)).toEqual([
    200,
    { data: [{ id, ...made, verified: true }] },
  ])
  const one = `${all}/${id}`
  expect(await curl('--location', one, ...bearer)).toEqual([200, { data: { id, ...made, verified: true } }])
  const binary = JSON.stringify({ data: { config: { mapping: 'binary' } } })
  expect(await curl('--request', 'PUT', one, ...bearer, ...json, '--data-raw', binary)).toEqual([
    200,
    { data: { id, ...made, verified: true, config: { mapping: 'binary' } } },
  ])
  const method = JSON.stringify({ data: { verification_method: 'header' } })
  const [verified] = await curl(
    '--request',
    'POST',
    `${one}/verify`,
    ...bearer,
    ...json,
    '--data-raw',
    method,
  )
  expect(verified).toBe(200)
  await emulator.clock.advance(0)
  expect(target.challenges()).toHaveLength(2)
  const [deleted] = await curl('--request', 'DELETE', one, ...bearer)
  expect(deleted).toBe(200)
  expect(await curl('--request', 'GET', all, ...bearer)).toEqual([200, { data: [] }])
  expect(await curl('--request', 'GET', all)).toEqual([401, { error: { message: 'Unauthorized.' } }])
})

function hasCurl(): boolean {
  try {
    execFileSync('curl', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
