/** The detail in a real browser: what happened when, twins, what is suspicious, resources, and the forms to copy. */

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Notification } from '../../src/contract/notification.ts'
import { signedHeaders } from '../support/load.ts'
import { fic as ficKeys } from '../support/tokens.ts'
import { forwardTo, startDaemon, temporaryFolder, type TestDaemon } from '../support/daemon.ts'
import { startTarget } from '../support/target.ts'
import { eventually } from '../support/eventually.ts'
import { findBarriers } from './accessibility.ts'
import { launchChromium, visit } from './chromium.ts'

let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(() => browser.close())

const openUrl = (fic: TestDaemon) => fic.daemon.addresses().openUrl

async function setFaults(fic: TestDaemon, changes: object): Promise<void> {
  const answer = await fic.api('/api/emulator/faults', { method: 'POST', body: JSON.stringify(changes) })
  expect(answer.status).toBe(200)
}

/** The same token again, with another body. */
async function forge(fic: TestDaemon, seq: number, body: string): Promise<void> {
  const { headers } = (await (await fic.api(`/api/notifications/${seq}`)).json()) as Notification
  const sent = headers.filter(([name]) => !/^(host|connection|content-length)$/i.test(name))
  await fetch(fic.sinkUrl, { method: 'POST', headers: sent, body })
}

test('one line tells what happened when, up to the attempt that is due', async () => {
  await using folder = await temporaryFolder()
  await using target = await startTarget(0, 503)
  await using fic = await startDaemon(folder.path, forwardTo(target.url))
  await fic.daemon.trigger({ type: 'taxes.create', ids: [1] })
  await fic.until(
    (told) => told.type === 'delivery' && told.delivery.seq === 3 && told.delivery.status === 503,
  )
  await using seen = await visit(browser, openUrl(fic))

  await seen.rows.first().click()
  const steps = seen.detail.getByRole('list', { name: 'What happened when' }).getByRole('listitem')
  await eventually(() => steps.count()).toBeGreaterThanOrEqual(5)
  const texts = await steps.allInnerTexts()
  expect(
    texts.slice(0, 4).map((text) => text.replaceAll(/\s+/g, ' ').replace(/ \d\d:\d\d:\d\d/, '')),
  ).toEqual([
    'Received',
    expect.stringContaining('Captured safe on disk'),
    expect.stringContaining('Answered 200'),
    'Attempt 1 503',
  ])
  expect(texts.at(-1)).toMatch(/Attempt \d\s+due/)
  expect(await findBarriers(seen.page, 'article')).toEqual([])
  expect(seen.faults).toEqual([])
})

test('twins lead to each other, and one with another body is called suspicious, with the comparison at hand', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  await fic.daemon.trigger({ type: 'products.create', ids: [5] })
  await fic.until((told) => told.type === 'notification' && told.notification.seq === 3)
  await using seen = await visit(browser, openUrl(fic))
  await seen.rows.first().click()
  await seen.detail.getByRole('heading', { name: 'Product 5 was created' }).waitFor()
  expect(await seen.detail.getByRole('note').count()).toBe(0)

  await forge(fic, 3, '{"data":{"ids":[666]}}')

  // On the first of the two as well, while it is looked at.
  await seen.detail.getByRole('note').filter({ hasText: 'Suspicious' }).waitFor()
  await seen.detail.getByRole('button', { name: 'came again as 4' }).click()
  await seen.detail.getByRole('heading', { name: 'Product 666 was created' }).waitFor()
  await seen.detail.getByRole('button', { name: 'twin of 3' }).waitFor()
  await seen.detail.getByRole('button', { name: 'Compare the two' }).click()
  const body = seen.page.getByRole('dialog').getByRole('table', { name: 'Body' })
  await eventually(() => body.locator('mark').allInnerTexts()).toEqual(['666', '5'])
  expect(seen.faults).toEqual([])
})

test('a signature that does not hold is said at the top, with the reason', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  await setFaults(fic, { changedKey: true })
  await fic.daemon.trigger({ type: 'receipts.create', ids: [5] })
  await fic.until((told) => told.type === 'notification' && told.notification.seq === 3)
  await using seen = await visit(browser, openUrl(fic))

  await seen.rows.first().click()

  await seen.detail.getByRole('note').filter({ hasText: 'Not genuine' }).waitFor()
  expect(seen.faults).toEqual([])
})

test('the body is a tree that folds, and as it came when raw is chosen', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  const ids = Array.from({ length: 200 }, (_, index) => 7_000 + index)
  await fic.daemon.trigger({ type: 'entities.clients.create', ids })
  await using seen = await visit(browser, openUrl(fic))
  const body = seen.detail.getByLabel('Body as it came')

  await seen.rows.filter({ hasText: 'clients.create' }).first().click()
  await body.waitFor()
  expect(JSON.parse(await body.innerText())).toEqual({ data: { ids } })
  await body.getByRole('button', { name: 'Fold ids' }).click()
  await eventually(() => body.innerText()).toContain('[ 200 items ]')
  await body.getByRole('button', { name: '200 items' }).click()
  await eventually(() => body.innerText()).toContain('7199')
  await seen.detail.getByText('Raw', { exact: true }).click()
  await eventually(() => body.innerText()).toBe(JSON.stringify({ data: { ids } }))
  expect(seen.faults).toEqual([])
})

test('the resource behind an id is fetched when asked for, and a later fetch tells what changed', async () => {
  let aheadMs = 0
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path, {}, { now: () => new Date(Date.now() + aheadMs) })
  await fic.daemon.trigger({ type: 'issued_documents.invoices.create', ids: [3062300] })
  await using seen = await visit(browser, openUrl(fic))
  const items = seen.detail.getByRole('list', { name: 'Resources' }).getByRole('listitem')

  await seen.rows.filter({ hasText: 'invoices.create' }).first().click()
  await seen.detail.getByText('It is stored only with --keep-resources.').waitFor()
  await seen.detail.getByRole('button', { name: 'Fetch from the emulator' }).click()

  await items.first().waitFor()
  expect(await items.count()).toBe(1)
  expect(JSON.parse(await items.getByLabel('Resource 3062300').innerText())).toMatchObject({ id: 3062300 })
  expect(await findBarriers(seen.page, 'article')).toEqual([])
  await seen.detail.getByRole('button', { name: 'Fetch again' }).click()
  await items.getByText('fic-dev asks again after half a minute').waitFor()

  aheadMs = 60_000
  await fic.daemon.trigger({ type: 'issued_documents.invoices.delete', ids: [3062300] })
  await seen.detail.getByRole('button', { name: 'Fetch again' }).click()
  await items.getByText('Since the fetch at').waitFor()
  const outcome = items
    .getByRole('table', { name: 'What it is' })
    .getByRole('row')
    .filter({ hasText: 'outcome' })
  expect(
    (await outcome.getByRole('cell').allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' ')),
  ).toEqual(['changed: found', 'changed: deleted'])
  expect(seen.faults).toEqual([])
})

test('a resource that nobody can be asked for is told in words', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path, { emulator: false })
  await fetch(fic.sinkUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'ce-type': 'it.fattureincloud.webhooks.taxes.create',
      'ce-id': '1:a',
      'ce-source': 'https://api-v2.fattureincloud.it',
      'ce-subject': 'company:1',
      'ce-time': '2026-03-01T12:00:00Z',
      'ce-specversion': '1.0',
    },
    body: '{"data":{"ids":[1]}}',
  })
  await using seen = await visit(browser, openUrl(fic))

  await seen.rows.first().click()
  await seen.detail.getByRole('button', { name: 'Fetch from Fatture in Cloud' }).click()

  await seen.detail.getByRole('alert').getByText('Set FIC_ACCESS_TOKEN').waitFor()
  expect(seen.faults).toEqual([])
})

test('it is copied in the form that somebody needs', async () => {
  await using folder = await temporaryFolder()
  await using target = await startTarget()
  await using fic = await startDaemon(folder.path, forwardTo(target.url))
  await fic.daemon.trigger({ type: 'taxes.create', ids: [9] })
  await using seen = await visit(browser, openUrl(fic), {
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  await seen.rows.filter({ hasText: 'taxes.create' }).first().click()

  const copy = async (form: string) => {
    await seen.detail.getByRole('button', { name: /Copy as|copied/ }).click()
    await seen.page
      .getByRole('menuitem')
      .filter({ hasText: new RegExp(`^${form}`) })
      .click()
    await seen.detail.getByRole('button', { name: `${form} copied` }).waitFor()
    return seen.page.evaluate<string>('navigator.clipboard.readText()')
  }

  expect(await copy('curl')).toContain(`curl -X POST ${target.url}`)
  expect(await copy('HTTPie')).toContain(`http --ignore-stdin POST ${target.url}`)
  expect(await copy('Vitest test')).toContain("import { expect, test } from 'vitest'")
  expect(JSON.parse(await copy('CloudEvent'))).toMatchObject({ specversion: '1.0', data: { ids: [9] } })
  expect(JSON.parse(await copy('JSON'))).toMatchObject({ seq: 3, ids: [9] })
  expect(await copy('Body')).toBe('{"data":{"ids":[9]}}')
  expect(seen.faults).toEqual([])
})

test('what is ambiguous is invalid with the reason, and a token from the future is valid with a warning', async () => {
  await using folder = await temporaryFolder()
  const config = { emulator: false, publicKey: ficKeys.publicPem }
  const parts = { now: () => new Date(Date.now() - 10 * 60_000) }
  await using fic = await startDaemon(folder.path, config, parts)
  const headers = Object.entries(signedHeaders(fic.sinkUrl, '1:future'))
  const send = async (sent: [string, string][]) =>
    expect((await fetch(fic.sinkUrl, { method: 'POST', headers: sent, body: '{}' })).status).toBe(200)
  await send(headers)
  await send([...headers, ['ce_id', '1:other']])
  await using seen = await visit(browser, openUrl(fic))
  const genuine = seen.detail.getByRole('region', { name: 'Is it genuine?' })

  await seen.rows.last().click()
  await genuine.getByText('Yes. Fatture in Cloud signed it').waitFor()
  await genuine
    .getByText(/Issued at .*: the clock of this machine is 10 min behind\.$/)
    .first()
    .waitFor()
  expect(await genuine.getByRole('img', { name: 'ahead of the clock' }).count()).toBe(1)

  await seen.rows.first().click()
  await genuine.getByText('No. Fatture in Cloud would not have sent it like this.').waitFor()
  await genuine.getByText(/^The header ce-id came 2 times, with 2 different values/).waitFor()
})
