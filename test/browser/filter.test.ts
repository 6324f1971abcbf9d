/** The filter of the page: completion, help, mistakes in words, and an address that brings it back. */

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

test('typing brings fields and values to choose from, and the list shows what fits', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  await fic.daemon.trigger({ type: 'entities.clients.create', ids: [7] })
  await fic.daemon.trigger({ type: 'entities.clients.delete', ids: [7] })
  await using seen = await visit(browser, openUrl(fic))
  const { page } = seen
  const filter = page.getByRole('combobox', { name: 'Filter the notifications' })
  const options = page.getByRole('listbox', { name: 'What can be typed next' }).getByRole('option')

  await eventually(() => seqs(seen)).toEqual([4, 3, 2, 1])
  await page.keyboard.press('/')
  await eventually(() => options.count()).toBeGreaterThan(5)
  await page.keyboard.type('ty')
  await eventually(() => options.allInnerTexts()).toEqual([expect.stringContaining('type:')])
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await eventually(() => filter.inputValue()).toBe('type:')
  await page.keyboard.type('clients.cre')
  await options.getByText('type:entities.clients.create').waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')

  await eventually(() => filter.inputValue()).toBe('type:entities.clients.create ')
  await eventually(() => seqs(seen)).toEqual([3])
  await page.keyboard.type('-id:7')
  await eventually(() => page.getByText('Nothing matches this filter.').isVisible()).toBe(true)
  expect(seen.faults).toEqual([])
})

test('the address holds the filter: it survives a reload, is shared with an opened notification, and back leads back', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  await fic.daemon.trigger({ type: 'entities.clients.create', ids: [7] })
  await using seen = await visit(browser, openUrl(fic))
  const { page } = seen
  await eventually(() => seqs(seen)).toEqual([3, 2, 1])

  await page.keyboard.press('/')
  await page.keyboard.type('kind:welcome kind:event')
  await eventually(() => seqs(seen)).toEqual([3, 2])
  expect(new URL(page.url()).hash).toBe('#/?q=kind%3Awelcome+kind%3Aevent')
  await seen.rows.first().click()
  await seen.detail.waitFor()
  expect(new URL(page.url()).hash).toBe('#/n/3?q=kind%3Awelcome+kind%3Aevent')

  await page.reload()
  await seen.detail.getByRole('heading', { name: 'Client 7 was created' }).waitFor()
  await eventually(() => seqs(seen)).toEqual([3, 2])
  expect(await page.getByRole('combobox', { name: 'Filter' }).inputValue()).toBe('kind:welcome kind:event')
  await page.goBack()
  await eventually(() => seen.detail.count()).toBe(0)
  await page.getByRole('button', { name: 'Clear the filter' }).click()
  await eventually(() => seqs(seen)).toEqual([3, 2, 1])
  expect(new URL(page.url()).hash).toBe('#/')
})

test('what is not understood is said in words, and the list stays', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  await using seen = await visit(browser, openUrl(fic))
  await eventually(() => seqs(seen)).toEqual([2, 1])

  await seen.page.keyboard.press('/')
  // At once: typed slowly, its first letters are a text that nothing fits, and then that empty list stays.
  await seen.page.keyboard.insertText('sginature:valid')
  await seen.page.getByText('Did you mean "signature:"?').waitFor()
  expect(await seqs(seen)).toEqual([2, 1])
  expect(await seen.page.getByText('fic-dev does not answer').count()).toBe(0)

  await seen.page.reload()
  await seen.page.getByText('Did you mean "signature:"?').waitFor()
  await seen.page.getByRole('button', { name: 'Clear the filter' }).click()
  await eventually(() => seqs(seen)).toEqual([2, 1])
})

test('? opens the keys and the language, and an example is tried by a press', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  await using seen = await visit(browser, openUrl(fic))
  await eventually(() => seqs(seen)).toEqual([2, 1])

  await seen.page.keyboard.press('?')
  const help = seen.page.getByRole('dialog', { name: 'Keys and filter language' })
  await help.getByText('next, previous').waitFor()
  await seen.page.keyboard.press('Escape')
  await eventually(() => help.count()).toBe(0)
  await seen.page.keyboard.press('?')
  await help.getByRole('button', { name: 'kind:welcome' }).click()
  await eventually(() => seqs(seen)).toEqual([2])
  expect(seen.faults).toEqual([])
})

test('the chart counts the last hour by outcome, and a press on an outcome or a minute filters', async () => {
  await using folder = await temporaryFolder()
  await using target = await startTarget(0, (request, response) => {
    response.writeHead(String(request.headers['ce-type']).includes('taxes') ? 404 : 200).end()
  })
  await using fic = await startDaemon(folder.path, forwardTo(target.url))
  await fic.daemon.trigger({ type: 'taxes.create', count: 2 })
  await fic.daemon.trigger({ type: 'receipts.create' })
  await target.waitFor(4)
  await using seen = await visit(browser, openUrl(fic))
  const outcomes = seen.page.getByRole('group', { name: 'Last hour by outcome' })
  const dropped = outcomes.getByRole('button', { name: 'dropped 2' })

  await dropped.click()
  await eventually(() => seqs(seen)).toEqual([4, 3])
  expect(await seen.page.getByRole('combobox', { name: 'Filter' }).inputValue()).toBe('delivery:dropped')
  await eventually(() => dropped.getAttribute('aria-pressed')).toBe('true')
  await dropped.click()
  await eventually(() => seqs(seen)).toEqual([5, 4, 3, 2, 1])

  await seen.page.getByRole('img', { name: 'Last hour: 5 notifications' }).waitFor()
  const bars = seen.page.locator('svg[role=img] g')
  expect(await bars.count()).toBe(60)
  await bars.first().click({ position: { x: 2, y: 20 } })
  await eventually(() => seen.page.getByText('Nothing matches this filter.').isVisible()).toBe(true)
  expect(decodeURIComponent(seen.page.url())).toMatch(/since:.*Z\+until:.*Z$/)
  expect(seen.faults).toEqual([])
})
