/** The list of the page under a person's hands: pause, selection, replay of many, removal, the tab's title. */

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { forwardTo, startDaemon, temporaryFolder } from '../support/daemon.ts'
import { startTarget } from '../support/target.ts'
import { eventually } from '../support/eventually.ts'
import { launchChromium, visit } from './chromium.ts'
import { openUrl, seqs } from './looking.ts'

let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(() => browser.close())

test('a paused list stands still and counts what comes; going on shows it', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  await using seen = await visit(browser, openUrl(fic))
  await eventually(() => seqs(seen)).toEqual([2, 1])

  await seen.page.keyboard.press('p')
  await seen.page.getByRole('button', { name: '0 new' }).waitFor()
  await fic.daemon.trigger({ type: 'taxes.create', count: 3 })
  await seen.page.getByRole('button', { name: '3 new' }).waitFor()
  expect(await seqs(seen)).toEqual([2, 1])
  await seen.page.getByRole('button', { name: '3 new' }).click()
  await eventually(() => seqs(seen)).toEqual([5, 4, 3, 2, 1])
  await seen.page.getByRole('button', { name: 'Pause' }).waitFor()
})

test('who reads further down is not moved by what comes, and is told of it', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  await fic.daemon.trigger({ type: 'receipts.create', count: 60 })
  await using seen = await visit(browser, openUrl(fic))
  const list = seen.page.getByRole('listbox', { name: 'Notifications' })
  const place = (seq: number) => seen.page.locator(`#row-${seq}`).boundingBox()
  await seen.page.locator('#row-62').waitFor()

  await list.evaluate((element) => element.scrollTo(0, 20 * 56))
  await seen.page.locator('#row-40').waitFor()
  const before = await place(40)
  await fic.daemon.trigger({ type: 'receipts.delete', count: 4 })
  await seen.page.getByRole('button', { name: '4 new' }).waitFor()
  expect(await place(40)).toEqual(before)
  await seen.page.getByRole('button', { name: '4 new' }).click()
  await eventually(async () => (await seqs(seen))[0]).toBe(66)
  await eventually(() => seen.page.getByRole('button', { name: /^\d+ new$/ }).count()).toBe(0)
})

test('the title of the tab counts what came while nobody looked', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  await using seen = await visit(browser, openUrl(fic))
  await eventually(() => seqs(seen)).toEqual([2, 1])
  // Headless tabs are never hidden by themselves.
  const hide = (hidden: boolean) =>
    seen.page.evaluate(`
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${hidden} })
      document.dispatchEvent(new Event('visibilitychange'))`)

  await hide(true)
  await fic.daemon.trigger({ type: 'taxes.create', count: 2 })
  await eventually(() => seen.page.title()).toBe('(2) fic-dev')
  await hide(false)
  await eventually(() => seen.page.title()).toBe('fic-dev')
  expect(seen.faults).toEqual([])
})

test('selected ones are replayed the oldest first, as they are chosen to be signed, with a count of what went out', async () => {
  await using folder = await temporaryFolder()
  await using target = await startTarget()
  await using fic = await startDaemon(folder.path, forwardTo(target.url))
  await fic.daemon.trigger({ type: 'taxes.create', ids: [1] })
  await fic.daemon.trigger({ type: 'taxes.create', ids: [2] })
  await fic.daemon.trigger({ type: 'taxes.create', ids: [3] })
  await target.waitFor(4)
  await using seen = await visit(browser, openUrl(fic))
  const { page, rows } = seen
  await eventually(() => seqs(seen)).toEqual([5, 4, 3, 2, 1])

  await page.keyboard.press('j')
  await page.keyboard.press('x')
  await page.getByRole('toolbar').getByText('1 selected').waitFor()
  await rows.nth(2).click({ modifiers: ['Shift'] })
  await page.getByRole('toolbar').getByText('3 selected').waitFor()
  expect(await rows.nth(1).getAttribute('aria-checked')).toBe('true')
  await page.getByRole('toolbar').getByRole('button', { name: 'Replay' }).click()
  const dialog = page.getByRole('dialog', { name: 'Replay 3 notifications' })
  await dialog.getByLabel('No signature').check()
  await dialog.getByRole('button', { name: 'Replay 3' }).click()
  await dialog.getByText('All 3 sent.').waitFor()

  const replayed = target.received.slice(4)
  expect(replayed.map(({ body }) => String(body))).toEqual([1, 2, 3].map((id) => `{"data":{"ids":[${id}]}}`))
  expect(replayed.every(({ headers }) => headers.authorization === undefined)).toBe(true)
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  await page.getByRole('toolbar').getByRole('button', { name: 'None' }).click()
  await eventually(() => page.getByRole('toolbar').count()).toBe(0)
  expect(seen.faults).toEqual([])
})

test('a replay of many is stopped by a press, and says how far it came', async () => {
  await using folder = await temporaryFolder()
  let hold = false
  const held: (() => void)[] = []
  await using target = await startTarget(0, (_request, response) => {
    if (!hold) return void response.writeHead(200).end()
    held.push(() => response.writeHead(200).end())
  })
  await using fic = await startDaemon(folder.path, forwardTo(target.url))
  await fic.daemon.trigger({ type: 'taxes.create', count: 5 })
  await target.waitFor(6)
  await using seen = await visit(browser, openUrl(fic))
  const { page } = seen
  await eventually(() => seqs(seen)).toHaveLength(7)
  hold = true

  await page.getByRole('button', { name: 'More about the list' }).click()
  await page.getByRole('menuitem', { name: 'Select all' }).click()
  await page.getByRole('toolbar').getByRole('button', { name: 'Replay' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: /^Replay/ }).click()
  await dialog.getByText('0 of 7 sent').waitFor()
  await target.waitFor(7)
  await dialog.getByRole('button', { name: 'Stop' }).click()
  for (const release of held) release()
  await dialog.getByText('Stopped: 1 of 7 sent').waitFor()
  expect(target.received).toHaveLength(7)
})

test('removing asks first and takes the selected ones only; clearing takes all', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  await fic.daemon.trigger({ type: 'taxes.create', count: 3 })
  await using seen = await visit(browser, openUrl(fic))
  const { page, rows } = seen
  await eventually(() => seqs(seen)).toEqual([5, 4, 3, 2, 1])

  await rows.nth(1).click({ modifiers: ['Control'] })
  await rows.nth(3).click({ modifiers: ['Control'] })
  await page.getByRole('toolbar').getByRole('button', { name: 'Remove' }).click()
  const dialog = page.getByRole('dialog', { name: 'Remove 2 notifications?' })
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  expect(await seqs(seen)).toEqual([5, 4, 3, 2, 1])
  await page.getByRole('toolbar').getByRole('button', { name: 'Remove' }).click()
  await dialog.getByRole('button', { name: 'Remove' }).click()
  await eventually(() => seqs(seen)).toEqual([5, 3, 1])

  await page.getByRole('button', { name: 'More about the list' }).click()
  await page.getByRole('menuitem', { name: 'Clear all' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Clear all' }).click()
  await eventually(() => seqs(seen)).toEqual([])
  expect(await (await fic.api('/api/notifications')).json()).toEqual({ items: [], nextBefore: null })
  expect(seen.faults).toEqual([])
})
