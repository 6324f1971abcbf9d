/** What is wrong with a daemon, as its status and its stream report it. */

import { once } from 'node:events'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { StatusFinding } from '../../src/contract/finding.ts'
import type { Status } from '../../src/contract/status.ts'
import type { StreamMessage } from '../../src/contract/stream.ts'
import { forwardTo, startDaemon, temporaryFolder, type TestDaemon, type Told } from '../support/daemon.ts'
import { startTarget } from '../support/target.ts'

type FindingsMessage = Extract<Told, { type: 'findings' }>

const codesOf = (findings: readonly StatusFinding[]) => findings.map(({ code }) => code)
const isFindings = (message: Told): message is FindingsMessage => message.type === 'findings'
const hasCodes =
  (...codes: string[]) =>
  (message: Told): message is FindingsMessage =>
    isFindings(message) && codesOf(message.findings).join() === codes.join()

async function fetchFindings(fic: TestDaemon): Promise<StatusFinding[]> {
  return ((await (await fic.api('/api/status')).json()) as Status).findings
}

/** The first message of a new connection. */
async function readHello({ inspectorUrl, token }: TestDaemon) {
  const url = `${inspectorUrl.replace('http', 'ws')}/api/stream`
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } })
  const [data] = (await once(socket, 'message')) as [Buffer]
  socket.close()
  return JSON.parse(data.toString()) as Extract<StreamMessage, { type: 'hello' }>
}

test('a target that is down is a finding in the status and the stream, once for all deliveries, until it is up', async () => {
  await using folder = await temporaryFolder()
  await using target = await startTarget()
  await target.close()
  await using fic = await startDaemon(folder.path, forwardTo(target.url))

  const { findings } = await fic.until(hasCodes('refused'))
  expect(findings).toMatchObject([
    {
      part: 'deliveries',
      tone: 'failure',
      what: expect.stringContaining(`No connection to ${target.url}: connection refused.`),
      command: null,
    },
  ])
  expect(codesOf(await fetchFindings(fic))).toEqual(['refused'])
  expect(codesOf((await readHello(fic)).status.findings)).toEqual(['refused'])

  await fic.daemon.trigger({ type: 'taxes.create', count: 5 })
  await fic.until((message) => message.type === 'notification' && message.notification.seq === 7)
  await using again = await startTarget(target.port)
  await again.waitFor(6)
  await fic.until(hasCodes())

  expect(fic.told.filter(isFindings).map(({ findings: found }) => codesOf(found))).toEqual([['refused'], []])
  expect(await fetchFindings(fic)).toEqual([])
})

test('an answer that loses a notification is a finding until a delivery is accepted', async () => {
  await using folder = await temporaryFolder()
  await using target = await startTarget(0, 404)
  await using fic = await startDaemon(folder.path, forwardTo(target.url))

  const { findings } = await fic.until(hasCodes('target-refused'))
  expect(findings[0]?.what).toBe(`${target.url} did not accept the last delivery: it answered 404.`)
  target.answerWith(200)
  await fic.daemon.trigger({ type: 'taxes.create' })
  await fic.until(hasCodes())
})

test('a notification that is not stored is a finding, besides that of the store', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  const { dataDir } = fic.config
  renameSync(dataDir, `${dataDir}-elsewhere`)
  rmSync(dataDir, { recursive: true, force: true })
  writeFileSync(dataDir, '')
  await fic.until(hasCodes('store-failed'))

  expect((await fetch(fic.sinkUrl, { method: 'POST', body: '{}' })).status).toBe(503)
  const { findings } = await fic.until(hasCodes('store-failed', 'sink-failed'))
  expect(findings[1]?.what).toBe('1 notification was not stored, and answered 503.')
  rmSync(dataDir)
})
