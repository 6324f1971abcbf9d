/** The doctor on the page: what it finds, grouped by how bad it is, and looking again after something was mended. */

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DoctorMessage } from '../../src/contract/doctor.ts'
import { startReceiver } from '../support/receiver.ts'
import { forwardTo, startDaemon, temporaryFolder } from '../support/daemon.ts'
import { notExamined, withDoctorMessage } from '../../web/src/examination.ts'
import { startTarget } from '../support/target.ts'
import { eventually } from '../support/eventually.ts'
import { launchChromium, visit } from './chromium.ts'
import { openUrl } from './looking.ts'

let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(() => browser.close())

test('an app that is away is a failure with what to do; started, it is in order when the doctor looks again', async () => {
  await using folder = await temporaryFolder()
  await using free = await startTarget()
  await free.close()
  const keys: string[] = []
  await using fic = await startDaemon(folder.path, forwardTo(free.url))
  const { items } = (await (await fic.api('/api/keys')).json()) as { items: { pem: string }[] }
  keys.push(items[0]?.pem ?? '')
  await using seen = await visit(browser, openUrl(fic))
  const { page } = seen
  const group = (name: string) => page.getByRole('region', { name })

  await page.getByRole('link', { name: 'Doctor' }).click()
  await group('What it does').getByText(free.url).waitFor()
  await page.getByRole('button', { name: 'Look at everything' }).click()
  await page.getByText('One thing does not work').waitFor()
  const failures = group('Does not work').getByRole('listitem')
  expect(await failures.innerText()).toMatch(
    /target[^]*No connection to [^]*connection refused[^]*Is your app running/,
  )
  expect(new URL(page.url()).hash).toBe('#/doctor')

  const receiver = await startReceiver(() => keys[0] ?? '', {}, free.port)
  // Until then the deliveries that wait would be a warning.
  await fic.until((told) => told.type === 'delivery' && told.delivery.status !== null)
  await page.getByRole('button', { name: 'Look again' }).click()
  await page.getByText('All is well.').waitFor()
  expect(await group('Does not work').count()).toBe(0)
  await group('In order').getByText('listens, answers the challenge').waitFor()
  expect(receiver.requests.filter(({ headers }) => headers['x-fic-verification-challenge'])).toHaveLength(1)
  expect(seen.faults).toEqual([])
})

test('d has the doctor look from any screen, and so does a lamp that is not green', async () => {
  await using folder = await temporaryFolder()
  await using target = await startTarget()
  await target.close()
  await using fic = await startDaemon(folder.path, forwardTo(target.url))
  await using seen = await visit(browser, openUrl(fic))
  const { page } = seen

  await page.getByRole('button', { name: 'Target', exact: true }).click()
  await page.getByRole('button', { name: 'Have the doctor look' }).click()
  await page.getByText(/Looked at \d/).waitFor()
  await page.keyboard.press('Escape')
  await seen.rows.first().waitFor()
  await page.keyboard.press('d')
  await page.getByText(/Looked at \d/).waitFor()
  await page.getByRole('link', { name: 'Status' }).click()
  await page.getByRole('main').getByRole('button', { name: 'Have the doctor look' }).click()
  await page.getByText(/Looked at \d/).waitFor()
  expect(new URL(page.url()).hash).toBe('#/doctor')
  expect(seen.faults).toEqual([])
})

test('a daemon that ends while the doctor looks is told as that', async () => {
  await using folder = await temporaryFolder()
  // It never answers, so the doctor is still at it when the daemon ends.
  await using target = await startTarget(0, () => {})
  await using fic = await startDaemon(folder.path, forwardTo(target.url))
  await using seen = await visit(browser, openUrl(fic))

  await seen.page.getByText('live', { exact: true }).waitFor()
  await seen.page.keyboard.press('d')
  await seen.page.getByText(`Looks at ${target.url}`).waitFor()
  await fic.close()
  await seen.page.getByText('It broke off').waitFor()
  await eventually(() => seen.page.getByRole('button', { name: 'Look again' }).isDisabled()).toBe(true)
  expect(seen.faults).toEqual([])
})

test('what was found stays when the examination breaks off', () => {
  const messages: DoctorMessage[] = [
    { type: 'looking', at: 'this machine', step: 1, steps: 2 },
    { type: 'finding', name: 'node', outcome: 'ok', what: 'Node 24.', why: null, todo: null },
    { type: 'looking', at: 'your app', step: 2, steps: 2 },
    { type: 'broken', error: { code: 'FIC_DEV_E_INTERNAL', message: 'The disk is gone.', hint: 'Get one.' } },
  ]

  expect(messages.reduce((before, message) => withDoctorMessage(before, message, 7), notExamined)).toEqual({
    phase: 'broken',
    at: 'your app',
    share: 0.5,
    findings: [{ name: 'node', outcome: 'ok', what: 'Node 24.', why: null, todo: null }],
    overAtMs: 7,
    reason: 'The disk is gone. Get one.',
  })
})
