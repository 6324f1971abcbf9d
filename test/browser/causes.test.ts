/** What a developer reads on the page when a server refuses: the sentence of the terminal and of `check`. */

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Notification } from '../../src/contract/notification.ts'
import { eventTypes, toShortName } from '../../src/fic/event-types.ts'
import { startDaemon, temporaryFolder } from '../support/daemon.ts'
import { refusals, startRefusal } from '../support/refusals.ts'
import { launchChromium, visit } from './chromium.ts'
import { openUrl } from './looking.ts'

let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(() => browser.close())

test('the page says about each server that refuses what the API says', async () => {
  const urls = await Promise.all(refusals.map(startRefusal))
  const types = refusals.map((_refusal, index) => toShortName(eventTypes[index]?.type ?? ''))
  const targets = urls.map((url, index) => ({ types: [types[index] ?? ''], url, headers: {} }))
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path, { forwardTo: targets })
  for (const type of types) await fic.daemon.trigger({ type })
  for (const url of urls) {
    await fic.until(
      (told) => told.type === 'delivery' && told.delivery.target === url && told.delivery.cause !== null,
    )
  }
  await using seen = await visit(browser, openUrl(fic))
  const note = seen.detail.getByRole('note', { name: 'Probable cause' })

  for (const [index, { says }] of refusals.entries()) {
    const seq = 3 + index
    const notification = (await (await fic.api(`/api/notifications/${seq}`)).json()) as Notification
    const cause = notification.deliveries[0]?.cause
    await seen.page.goto(`${fic.inspectorUrl}/#/n/${seq}`)
    await note
      .filter({ hasText: cause?.todo ?? '' })
      .filter({ hasText: `${cause?.what} ${cause?.why}` })
      .waitFor()
    expect((await note.innerText()).replace(/\s+/g, ' ')).toMatch(says)
  }
  expect(seen.faults).toEqual([])
})
