/** What a stop leaves behind at Fatture in Cloud: for each signal, and for a closed terminal, what `--on-exit` says. */

import { expect, onTestFinished, test } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import { createFolder, isReady, start } from '../support/process.ts'
import { hasTerminal, openTerminal } from '../support/terminal.ts'
import { callApi } from '../support/emulator-api.ts'
import { startAnsweringSink } from '../subscription/world.ts'

const company = 108_061
const types = (...names: string[]) => names.map((name) => `it.fattureincloud.webhooks.${name}`)

/** Another program has a subscription: SUB1 for invoices, at a sink of its own. */
async function startFic() {
  const emulator = await createEmulator()
  onTestFinished(() => emulator.close())
  const production = await startAnsweringSink('/production')
  await emulator.subscribe({ company, sink: production.url, types: ['issued_documents.invoices.create'] })
  const observed = async () => {
    const { body } = await callApi(emulator.url, 'GET', `/c/${company}/subscriptions`)
    return body.data as { id: string; sink: string; types: string[]; verified: boolean }[]
  }
  const before = await observed()
  expect(before).toMatchObject([{ id: 'SUB1', sink: production.url, verified: true }])
  const key = Buffer.from(emulator.publicKey).toString('base64')
  const flags = ['--api-base', emulator.url, '--public-key', key, '--tunnel', 'none', '-e', 'taxes.create']
  const place = {
    cwd: createFolder(),
    environment: { FIC_ACCESS_TOKEN: 'any', FIC_COMPANY_ID: String(company) },
  }
  return { emulator, observed, before, flags, place }
}

const signals = [
  ['SIGINT', 130],
  ['SIGTERM', 0],
  ['SIGHUP', 0],
] as const

test.each(signals)('%s with --on-exit keep leaves our subscription where it is', async (signal, exitCode) => {
  const { observed, before, flags, place } = await startFic()
  const daemon = start([...flags, '--on-exit', 'keep'], place)
  const { sinkUrl } = await daemon.line(isReady)
  daemon.signal(signal)

  expect(await daemon.ended).toBe(exitCode)
  const ours = { id: 'SUB2', sink: sinkUrl, types: types('taxes.create'), verified: true }
  expect(await observed()).toMatchObject([before[0], ours])
})

test.each(signals)('%s with --on-exit delete leaves the other one alone', async (signal, exitCode) => {
  const { observed, before, flags, place } = await startFic()
  const daemon = start([...flags, '--on-exit', 'delete'], place)
  await daemon.line(isReady)
  expect(await observed()).toHaveLength(2)
  daemon.signal(signal)

  expect(await daemon.ended).toBe(exitCode)
  expect(await observed()).toEqual(before)
})

test.each(signals)('%s with --on-exit restore gives back what was taken over', async (signal, exitCode) => {
  const { emulator, observed, before, flags, place } = await startFic()
  const daemon = start([...flags, '--take-over', 'SUB1', '--on-exit', 'restore'], place)
  const { sinkUrl } = await daemon.line(isReady)
  expect(await observed()).toMatchObject([{ id: 'SUB1', sink: sinkUrl }])
  daemon.signal(signal)

  expect(await daemon.ended).toBe(exitCode)
  // The old sink is asked its challenge again, which is not ours to wait for.
  await emulator.clock.advance(0)
  expect(await observed()).toEqual(before)
})

test.skipIf(!hasTerminal)('a terminal that is closed is as good as a signal', async () => {
  const { observed, before, flags, place } = await startFic()
  const ports = ['--port', '0', '--sink-port', '0']
  const terminal = openTerminal([...flags, ...ports, '--on-exit', 'delete'], place)
  await terminal.shows('fic-dev is ready')
  expect(await observed()).toHaveLength(2)
  terminal.kill()
  await terminal.ended

  await expect.poll(observed).toEqual(before)
})
