/** The access token of Fatture in Cloud and our own session token stay where they belong. */

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { createEmulator, defaultCompany } from '../../src/emulator/index.ts'
import { createLog } from '../../src/log.ts'
import { forwardTo, startDaemon, temporaryFolder } from '../support/daemon.ts'
import { startTarget } from '../support/target.ts'
import { openRoom } from '../inspector/room.ts'
import { askInspector, readRoutes, toPath } from './ask-inspector.ts'

const accessToken = 'canary-of-the-access-token-5b2f'

/** A log that is kept, down to the last detail. */
function keptLog() {
  const lines: string[] = []
  const write = (line: Buffer, _encoding: string, done: () => void) => {
    lines.push(String(line))
    done()
  }
  return { lines, log: createLog('debug', new Writable({ write })) }
}

function filesOf(folder: string): { name: string; mode: string; text: string }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name)
      const mode = (statSync(path).mode & 0o777).toString(8)
      return { name: entry.name, mode, text: readFileSync(path, 'latin1') }
    })
}

test('neither token stands in a log, an answer, a message, an export or a file that is not meant for it', async () => {
  await using folder = await temporaryFolder()
  await using target = await startTarget()
  const { lines, log } = keptLog()
  await using emulator = await createEmulator()
  await using fic = await startDaemon(
    folder.path,
    {
      emulator: false,
      apiBase: emulator.url,
      publicKey: emulator.publicKey,
      company: defaultCompany,
      ...forwardTo(target.url),
    },
    { log, secrets: { accessToken } },
  )
  const port = Number(new URL(fic.inspectorUrl).port)
  await fic.daemon.trigger({ type: 'products.create', ids: [1] })
  await target.waitFor(2)

  // Every answer, the refusals included.
  await using room = await openRoom()
  const answers: string[] = []
  const bearer = `Authorization: Bearer ${fic.token}`
  const bodies: Record<string, string> = { '/api/trigger': '{"type":"unicorns.create"}' }
  for (const { method, url } of readRoutes(room.inspector.app.printRoutes())) {
    if (method === 'DELETE' || url === '/api/stream') continue
    const path = url === '/api/export' ? `${url}?format=ndjson` : toPath(url)
    const headers = [bearer, 'Content-Type: application/json']
    const asked = { method, path, headers, body: bodies[url] ?? '' }
    for (const one of [asked, { ...asked, headers: ['Authorization: Bearer wrong'] }]) {
      const { status, headers: told, body } = await askInspector(port, one)
      answers.push(`${method} ${path} ${status} ${JSON.stringify(told)} ${body}`)
    }
  }
  answers.push(await (await fic.api('/api/export?format=har')).text())
  const dataDir = fic.config.dataDir
  const files = filesOf(dataDir)
  await fic.close()

  const holding = (token: string) => ({
    log: lines.filter((line) => line.includes(token)),
    answers: answers.filter((answer) => answer.includes(token)),
    told: fic.told.map((message) => JSON.stringify(message)).filter((text) => text.includes(token)),
    target: target.received.filter((request) => JSON.stringify(request).includes(token)),
    config: JSON.stringify(fic.config).includes(token),
    addresses: JSON.stringify(fic.daemon.addresses()).includes(token),
    files: files.filter(({ text }) => text.includes(token)).map(({ name }) => name),
  })
  const nowhere = { log: [], answers: [], told: [], target: [], config: false, addresses: false, files: [] }
  expect(lines.length).toBeGreaterThan(0)
  expect(answers.length).toBeGreaterThan(40)
  expect(holding(accessToken)).toEqual(nowhere)
  expect(holding(fic.token)).toEqual({ ...nowhere, files: ['daemon.json'] })

  expect((statSync(dataDir).mode & 0o777).toString(8)).toBe('700')
  expect(files.filter(({ mode }) => mode !== '600')).toEqual([])
  expect(readdirSync(dataDir)).not.toContain('daemon.json')
})

test('an access token that is refused is not repeated in what is said about it', async () => {
  await using folder = await temporaryFolder()
  await using api = await startTarget(0, (_request, response) => {
    response
      .writeHead(401, { 'content-type': 'application/json' })
      .end('{"error":{"message":"Unauthorized."}}')
  })
  const { lines, log } = keptLog()
  await using fic = await startDaemon(
    folder.path,
    { emulator: false, apiBase: new URL(api.url).origin, company: defaultCompany },
    { log, secrets: { accessToken } },
  )
  await fic.until(({ type }) => type === 'error')
  const status = await (await fic.api('/api/status')).text()

  expect(api.received[0]?.headers.authorization).toBe(`Bearer ${accessToken}`)
  const said = [...lines, ...fic.told.map((message) => JSON.stringify(message)), status]
  expect(said.filter((text) => text.includes(accessToken))).toEqual([])
})
