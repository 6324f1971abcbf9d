/** The target on the page: changed where it is shown, refused in place, and shown again as it is. */

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { forwardTo, startDaemon, temporaryFolder } from '../support/daemon.ts'
import { startTarget } from '../support/target.ts'
import { launchChromium, visit } from './chromium.ts'
import { goTo, openUrl } from './looking.ts'

let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(() => browser.close())

test('a new target takes the next notification; a bad one, or one of another machine, is refused', async () => {
  await using folder = await temporaryFolder()
  await using old = await startTarget()
  await using next = await startTarget()
  await using fic = await startDaemon(folder.path, forwardTo(old.url))
  await using seen = await visit(browser, openUrl(fic))
  const { page } = seen
  await goTo(seen, '#/status')
  const field = page.getByRole('textbox', { name: 'Forward to' })
  const button = page.getByRole('button', { name: 'Change target' })
  await expect.poll(() => field.inputValue()).toBe(old.url)
  expect(await button.isDisabled()).toBe(true)

  await field.fill('webhooks')
  await button.click()
  await page.getByRole('alert').getByText('names no host').waitFor()
  await field.fill('http://192.0.2.1:3000/')
  await button.click()
  await page.getByRole('alert').getByText('fic-dev forward http://192.0.2.1:3000/').waitFor()

  await field.fill(next.url)
  await field.press('Enter')
  await page.getByText(`Notifications go to ${next.url} until fic-dev ends.`).waitFor()
  await page.getByLabel(`Target ${next.url}`).waitFor()
  expect(await page.getByLabel(`Target ${old.url}`).count()).toBe(0)
  await fic.daemon.trigger({ type: 'taxes.create' })
  await next.waitFor(1)

  await field.fill('')
  await page.getByRole('button', { name: 'Stop forwarding' }).click()
  await page.getByText('Nothing is forwarded until fic-dev ends.').waitFor()
  // The browser reports each refused request.
  expect(seen.faults.filter((fault) => !/40[03]/.test(fault))).toEqual([])
})
