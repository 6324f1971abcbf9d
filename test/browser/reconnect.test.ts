/** The page over restarts of the daemon: what came while it was away is there, each once, none missing. */

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { startDaemon, temporaryFolder, type TestDaemon } from '../support/daemon.ts'
import { eventually } from '../support/eventually.ts'
import { launchChromium, visit, type Visit } from './chromium.ts'
import { openUrl, seqs } from './looking.ts'

let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(() => browser.close())

/** The ports that a daemon had, for the one that follows it. */
function portsOf({ daemon }: TestDaemon): Pick<Config, 'port' | 'sinkPort' | 'emulatorPort'> {
  const { inspectorUrl, sinkUrl, emulatorUrl = '' } = daemon.addresses()
  const named = (url: string) => ({ port: Number(new URL(url).port), named: true })
  return { port: named(inspectorUrl), sinkPort: named(sinkUrl), emulatorPort: named(emulatorUrl) }
}

/** Every row that the list has, from the top to the bottom, each look at it following the one before. */
async function allSeqs(seen: Visit): Promise<number[]> {
  const list = seen.page.getByRole('listbox', { name: 'Notifications' })
  await list.evaluate((element) => element.scrollTo(0, 0))
  await eventually(async () => (await seqs(seen))[0]).toBeGreaterThan(0)
  const found: number[] = []
  for (;;) {
    const shown = await seqs(seen)
    // The order of the elements is the order of the list; what was there already is not told again.
    const known = new Set(found)
    found.push(...shown.filter((seq) => !known.has(seq)))
    expect(new Set(shown).size).toBe(shown.length)
    const isOver = await list.evaluate((element) => {
      const before = element.scrollTop
      element.scrollBy(0, element.clientHeight / 2)
      return element.scrollTop === before && !element.textContent.includes('Loading older')
    })
    if (isOver) return found
    await seen.page.evaluate(
      'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
    )
  }
}

test('more than a page of them comes while the page cannot see it: no gap and no double', async () => {
  await using folder = await temporaryFolder()
  const first = await startDaemon(folder.path)
  await first.daemon.trigger({ type: 'taxes.create', count: 30 })
  await first.until((message) => message.type === 'notification' && message.notification.seq === 32)
  await using seen = await visit(browser, openUrl(first))
  await eventually(async () => (await seqs(seen))[0]).toBe(32)
  const ports = portsOf(first)
  await first.close()
  await seen.page.getByText('fic-dev does not answer').waitFor()

  // The inspector of this one is elsewhere, so the page knows nothing of it.
  const hidden = await startDaemon(folder.path, { ...ports, port: { port: 0, named: true } })
  await hidden.daemon.trigger({ type: 'taxes.update', count: 130 })
  await hidden.until((message) => message.type === 'notification' && message.notification.seq === 162)
  await hidden.close()
  await using back = await startDaemon(folder.path, ports)
  await back.daemon.trigger({ type: 'taxes.delete', count: 3 })
  await eventually(() => seen.page.getByText('fic-dev does not answer').count()).toBe(0)

  const stored = async () => {
    const answer = await back.api('/api/notifications?limit=1000')
    return ((await answer.json()) as { items: { seq: number }[] }).items.map(({ seq }) => seq)
  }
  // What was on its way when a daemon ended comes once more, so there may be a twin among them.
  await eventually(async () => (await stored()).length).toBeGreaterThanOrEqual(165)
  await eventually(async () => (await seqs(seen))[0] === (await stored())[0]).toBe(true)
  expect(await allSeqs(seen)).toEqual(await stored())
  expect(seen.faults).toEqual([])
})
