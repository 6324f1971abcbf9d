/** The access token appears nowhere but in the requests to the API (docs/threats-proven.md, S8): everything else is searched for it. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import { createFolder, run, start, type JsonLine, type Place } from '../support/process.ts'
import { startHttpServer } from '../support/http-server.ts'

const canary = 'a/canary-7f3a9b1c5d'
const isReady = (line: JsonLine) => line['type'] === 'ready'

/** Whatever lies in a folder, as text; a database's pages too. */
function contentsOf(folder: string): [path: string, content: string][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path, readFileSync(path, 'latin1')])
}

/** As it is, and as base64 or a URL would hide it. */
function holdsCanary(text: string): boolean {
  const hidden = [canary, encodeURIComponent(canary), Buffer.from(canary).toString('base64').slice(0, -4)]
  return hidden.some((form) => text.includes(form))
}

function place(apiBase: string, publicKey?: string): Place {
  return {
    cwd: createFolder(),
    environment: {
      FIC_ACCESS_TOKEN: canary,
      FIC_COMPANY_ID: '108061',
      FIC_DEV_API_BASE: apiBase,
      ...(publicKey !== undefined && { FIC_DEV_PUBLIC_KEY: Buffer.from(publicKey).toString('base64') }),
    },
  }
}

test('a whole day of work leaves it in no output, answer, error or file', async () => {
  const emulator = await createEmulator()
  onTestFinished(() => emulator.close())
  const here = place(emulator.url, emulator.publicKey)
  const daemon = start(['--tunnel', 'none', '--log-level', 'debug'], here)
  const ready = await daemon.line(isReady)
  await emulator.trigger({ type: 'entities.clients.create', ids: [5] })
  await daemon.line((line) => line['notification']?.kind === 'event')

  const said: string[] = []
  const tell = async (...args: string[]) => {
    const { stdout, stderr } = await run([...args, '--log-level', 'debug'], here)
    said.push(stdout, stderr)
  }
  await tell('subscriptions', 'show', '--json')
  await tell('subscriptions', 'delete', 'SUB99')
  await tell('show', 'last', '--resources')
  await tell('token', '--notification', 'last')
  await tell('export')
  await tell('export', '--format', 'har')
  await tell('start', '--print-config')
  await tell('start', '--no-such-flag')

  const { token } = JSON.parse(readFileSync(join(here.cwd, '.fic-dev', 'daemon.json'), 'utf8'))
  for (const path of ['/', '/api/status', '/api/subscriptions', '/api/notifications', '/api/nothing']) {
    const response = await fetch(ready['inspectorUrl'] + path, {
      headers: { authorization: `Bearer ${token}` },
    })
    said.push(JSON.stringify([...response.headers]), await response.text())
  }
  daemon.signal('SIGINT')
  expect(await daemon.ended).toBe(130)
  await tell('subscriptions')

  // It was really used, or the search would prove nothing.
  expect(said.join()).toContain('SUB1')
  expect([...daemon.lines, daemon.stderr(), ...said].filter(holdsCanary)).toEqual([])
  expect(contentsOf(here.cwd).length).toBeGreaterThan(2)
  expect(contentsOf(here.cwd).filter(([, content]) => holdsCanary(content))).toEqual([])
})

test.each<[status: number, body: string]>([
  [401, JSON.stringify({ error: { message: `Unauthorized: Bearer ${canary}` } })],
  [403, JSON.stringify({ error: { message: `no ${canary}`, code: canary } })],
  [422, JSON.stringify({ error: { message: canary, validation_result: { [canary]: [canary] } } })],
  [500, `<html>${canary}</html>`],
  [200, JSON.stringify({ data: canary })],
  [302, canary],
])(
  'an API that echoes it with %d does not get it into output, errors, crash or files',
  async (status, body) => {
    const api = await startHttpServer((request, response) => {
      expect(request.headers.authorization).toBe(`Bearer ${canary}`)
      response.writeHead(status, { location: `http://127.0.0.1:9/${canary}`, 'x-echo': canary }).end(body)
    })
    const here = place(api.url)
    const daemon = start(['--tunnel', 'none', '--log-level', 'debug'], here)
    await daemon.line(isReady)
    const listed = await run(['subscriptions', '--log-level', 'debug'], here)
    daemon.signal('SIGKILL')
    await daemon.ended
    const offline = await run(['subscriptions', '--log-level', 'debug', '--json'], here)
    expect([listed.exitCode, offline.exitCode].every((code) => code !== 0)).toBe(true)
    const said = [listed, offline].flatMap(({ stdout, stderr }) => [stdout, stderr])
    expect([...daemon.lines, daemon.stderr(), ...said].filter(holdsCanary)).toEqual([])
    expect(contentsOf(here.cwd).filter(([, content]) => holdsCanary(content))).toEqual([])
    expect(api.requests.length).toBeGreaterThan(0)
  },
)

test('a token that cannot be sent is told without being shown', async () => {
  const here = {
    cwd: createFolder(),
    environment: { FIC_ACCESS_TOKEN: `${canary} with a space`, FIC_COMPANY_ID: '5' },
  }
  const { exitCode, stdout, stderr } = await run(['subscriptions', '--log-level', 'debug'], here)
  expect(exitCode).toBeGreaterThan(0)
  expect([stdout, stderr].filter(holdsCanary)).toEqual([])
})
