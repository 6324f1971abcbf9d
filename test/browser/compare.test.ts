/** Comparing in a real browser: two notifications, two answers, with what differs marked. */

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { forwardTo, startDaemon, temporaryFolder } from '../support/daemon.ts'
import { startTarget } from '../support/target.ts'
import { eventually } from '../support/eventually.ts'
import { findBarriers } from './accessibility.ts'
import { launchChromium, visit } from './chromium.ts'

let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(() => browser.close())

test('another notification beside this one: the last of its type first, any other by choice', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  await fic.daemon.trigger({ type: 'taxes.create', ids: [1] })
  await fic.daemon.trigger({ type: 'receipts.create', ids: [2] })
  await fic.daemon.trigger({ type: 'taxes.create', ids: [31] })
  await using seen = await visit(browser, fic.daemon.addresses().openUrl)
  await eventually(() => seen.rows.count()).toBe(5)
  await seen.rows.first().click()
  await seen.detail.getByRole('heading', { name: 'Tax 31 was created' }).waitFor()

  await seen.page.keyboard.press('c')
  const sheet = seen.page.getByRole('dialog', { name: 'Compare no. 5 with…' })
  const marks = sheet.getByRole('table', { name: 'Body' }).locator('mark')
  await eventually(() => marks.allInnerTexts()).toEqual(['3', ''])
  expect(await sheet.getByRole('row').filter({ hasText: 'jti' }).count()).toBe(1)
  await sheet.getByRole('checkbox', { name: 'Only what differs' }).check()
  await eventually(() => sheet.getByRole('row').filter({ hasText: 'specversion' }).count()).toBe(0)
  expect(await findBarriers(seen.page, '[role=dialog]')).toEqual([])

  await sheet.getByRole('combobox', { name: 'Compare with' }).click()
  await seen.page.getByRole('option', { name: 'no. 4 · receipts.create' }).click()
  await eventually(() => sheet.getByRole('row').filter({ hasText: 'ce-type' }).innerText()).toContain(
    'receipts',
  )
  expect(new URL(seen.page.url()).hash).toBe('#/n/5/compare/4')
  await seen.page.reload()
  await eventually(() => sheet.getByRole('row').filter({ hasText: 'ce-type' }).innerText()).toContain(
    'receipts',
  )
  expect(seen.faults).toEqual([])
})

test('two answers to the same notification side by side', async () => {
  let count = 0
  await using folder = await temporaryFolder()
  await using target = await startTarget(0, (_request, response) => {
    count += 1
    response.writeHead(count < 3 ? 404 : 200, { 'x-run': String(count) }).end(JSON.stringify({ count }))
  })
  await using fic = await startDaemon(folder.path, forwardTo(target.url))
  await fic.daemon.trigger({ type: 'taxes.create', ids: [1] })
  await target.waitFor(2)
  await using seen = await visit(browser, fic.daemon.addresses().openUrl)
  await seen.rows.first().click()
  await seen.detail.getByRole('button', { name: 'Replay · original' }).click()

  await seen.detail.getByRole('button', { name: 'Compare two answers' }).click()

  const sheet = seen.page.getByRole('dialog', { name: 'Answers to no. 3' })
  const cells = async (table: string, row: string) => {
    const line = sheet.getByRole('table', { name: table }).getByRole('row').filter({ hasText: row })
    return (await line.getByRole('cell').allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '))
  }
  await eventually(() => cells('What it is', 'status')).toEqual(['changed: 404', 'changed: 200'])
  expect(await cells('What it is', 'Fatture in Cloud would')).toEqual([
    'changed: dropped',
    'changed: delivered',
  ])
  expect(await cells('Headers', 'x-run')).toEqual(['changed: 2', 'changed: 3'])
  expect(await cells('Body', 'count')).toEqual(['changed: "count": 2', 'changed: "count": 3'])
  expect(await findBarriers(seen.page, '[role=dialog]')).toEqual([])
  expect(seen.faults).toEqual([])
})
