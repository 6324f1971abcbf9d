/** Every screen of the page is judged by axe, light and dark, wide and narrow. */

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { forwardTo, startDaemon, temporaryFolder } from '../support/daemon.ts'
import { startTarget } from '../support/target.ts'
import { findBarriers } from './accessibility.ts'
import { launchChromium, visit } from './chromium.ts'
import { goTo, openUrl } from './looking.ts'

let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(() => browser.close())

const places = {
  list: '#/',
  'a filter that is not understood': '#/?q=sginature:valid',
  detail: '#/n/3',
  status: '#/status',
  subscription: '#/subscription',
  coverage: '#/coverage',
  doctor: '#/doctor',
  token: '#/token',
}

const looks = [
  { colorScheme: 'light', viewport: { width: 1440, height: 900 } },
  { colorScheme: 'dark', viewport: { width: 1440, height: 900 } },
  { colorScheme: 'light', viewport: { width: 380, height: 800 } },
  { colorScheme: 'dark', viewport: { width: 380, height: 800 } },
] as const

test.for(looks)(
  'axe finds nothing serious on any screen: $colorScheme, $viewport.width wide',
  async (look) => {
    await using folder = await temporaryFolder()
    await using target = await startTarget(0, (_request, response) => response.writeHead(404).end('no'))
    await using fic = await startDaemon(folder.path, forwardTo(target.url))
    await fic.daemon.trigger({ type: 'issued_documents.invoices.create', count: 3 })
    await fetch(fic.sinkUrl, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })
    await target.waitFor(4)
    await using seen = await visit(browser, openUrl(fic), look)
    const { page } = seen
    const found: Record<string, string[]> = {}
    await seen.rows.first().waitFor()

    for (const [name, hash] of Object.entries(places)) {
      await goTo(seen, hash)
      await page.getByRole('main').waitFor()
      if (name === 'detail') await seen.detail.waitFor()
      if (name === 'subscription') await page.getByText('kept by fic-dev').waitFor()
      if (name === 'coverage') await page.getByRole('rowheader', { name: 'taxes' }).waitFor()
      if (name === 'token') {
        await page.getByRole('textbox', { name: 'Compare with notification' }).fill('3')
        await page.keyboard.press('Enter')
        await page.getByText('Does it hold?').waitFor()
      }
      if (name === 'doctor') {
        await page.keyboard.press('d')
        await page.getByText(/Looked at \d/).waitFor()
      }
      if (name.includes('filter')) await page.getByText('Did you mean').waitFor()
      found[name] = await findBarriers(page)
    }
    await goTo(seen, '#/')
    await seen.rows.first().waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('x')
    // Where there is room, j has opened it.
    if ((await seen.detail.count()) > 0) await page.keyboard.press('Escape')
    await page.getByRole('toolbar').waitFor()
    found['selection'] = await findBarriers(page)
    await page.getByRole('toolbar').getByRole('button', { name: 'Replay' }).click()
    await page.getByRole('dialog').waitFor()
    found['replay of many'] = await findBarriers(page)
    await page.keyboard.press('Escape')
    await page.keyboard.press('/')
    await page.getByRole('option', { name: 'target:' }).waitFor()
    found['completion'] = await findBarriers(page)
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    await page.getByRole('dialog').waitFor()
    found['help'] = await findBarriers(page)

    expect(Object.entries(found).flatMap(([place, all]) => all.map((each) => `${place}: ${each}`))).toEqual(
      [],
    )
  },
)

test('the page of somebody who has not opened the link is judged, too', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  await using seen = await visit(browser, fic.inspectorUrl)
  await seen.page.getByRole('heading', { name: 'This page opens with a link' }).waitFor()

  expect(await findBarriers(seen.page)).toEqual([])
})

test('with the keyboard alone: from the top bar to the filter, the list, and the detail and back', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  await using seen = await visit(browser, openUrl(fic))
  const { page } = seen
  await seen.rows.first().waitFor()
  const focused = () =>
    page.evaluate<string>(
      'document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent.trim()',
    )
  const names: string[] = []
  for (let presses = 0; presses < 30; presses++) {
    await page.keyboard.press('Tab')
    const name = await focused()
    if (names.includes(name)) break
    names.push(name)
  }

  const order = [
    'Notifications',
    'Status',
    'Copy the sink URL',
    'Trigger',
    'Filter the notifications',
    'Pause',
  ]
  const wanted = [...order, 'Notifications, newest first']
  expect(names.filter((name) => wanted.includes(name))).toEqual(wanted)
})
