/** What is measured inside the inspector's page, as scripts that Chromium runs there. They see what a person would see. */

import { setTimeout as pause } from 'node:timers/promises'
import type { Page } from 'playwright-core'

const list = `document.querySelector('[role=listbox][aria-label^="Notifications"]')`

/** Runs before the page's own scripts: notes when the first row stands there, and counts what the stream brings. */
const watcher = `
window.probe = { firstRowMs: null, notifications: 0, lagged: 0 }
new MutationObserver((_, observer) => {
  if (!${list}?.querySelector('[role=option]')) return
  observer.disconnect()
  requestAnimationFrame(() => { probe.firstRowMs = performance.now() })
}).observe(document, { childList: true, subtree: true })
window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given)
    this.addEventListener('message', ({ data }) => {
      if (data.startsWith('{"type":"notification"')) probe.notifications++
      if (data.startsWith('{"type":"lagged"')) probe.lagged++
    })
  }
}`

export async function watchPage(page: Page): Promise<void> {
  await page.addInitScript(watcher)
}

/** Waits until a script gives true. Playwright's own way to wait is one that the page's policy forbids. */
export async function until(page: Page, script: string): Promise<void> {
  const endsAt = performance.now() + 120_000
  while (!(await page.evaluate(`Boolean(${script})`))) {
    if (performance.now() > endsAt) throw new Error(`The page never came to ${script}.`)
    await pause(10)
  }
}

/** From the beginning of the navigation to the frame with the first row, in ms. */
export async function firstRowMs(page: Page): Promise<number> {
  await until(page, 'probe.firstRowMs !== null')
  return page.evaluate('probe.firstRowMs')
}

export interface Streamed {
  notifications: number
  /** How often the page was told that it missed something, and fetched instead. */
  lagged: number
}

export function streamed(page: Page): Promise<Streamed> {
  return page.evaluate('({ notifications: probe.notifications, lagged: probe.lagged })')
}

/** Turns the wheel, and looks in each frame whether rows cover all of the list that is in sight. */
export async function scroll(page: Page, turns: number): Promise<{ frames: number; blankFrames: number }> {
  await page.getByRole('listbox', { name: 'Notifications' }).hover()
  await page.evaluate(`
window.frames = { frames: 0, blankFrames: 0, over: false }
requestAnimationFrame(function look() {
  if (frames.over) return
  const seen = ${list}.getBoundingClientRect()
  const rows = [...${list}.querySelectorAll('[role=option]')].map((row) => row.getBoundingClientRect())
  const inSight = rows.filter((row) => row.bottom > seen.top && row.top < seen.bottom)
  const top = Math.min(...inSight.map((row) => row.top))
  const bottom = Math.max(...inSight.map((row) => row.bottom))
  // At the end of what has been loaded a line says that older ones come; that is no blank row.
  const end = ${list}.querySelector('p')?.getBoundingClientRect().top ?? Infinity
  frames.frames++
  if (top > seen.top + 1 || bottom < Math.min(seen.bottom, end) - 2) frames.blankFrames++
  requestAnimationFrame(look)
})`)
  for (let turn = 0; turn < turns; turn++) await page.mouse.wheel(0, 400)
  return page.evaluate('(frames.over = true, { frames: frames.frames, blankFrames: frames.blankFrames })')
}

/** Types a filter, and gives the ms from the last letter to the frame in which the list shows what fits. */
export async function filterMs(page: Page, query: string, shown: string): Promise<number> {
  await page.getByRole('combobox', { name: 'Filter' }).focus()
  await page.evaluate(`
window.filtered = null
document.addEventListener('input', () => {
  const startedAt = performance.now()
  requestAnimationFrame(function look() {
    if (${list}.getAttribute('aria-busy') === 'false' && ${shown}) filtered = performance.now() - startedAt
    else requestAnimationFrame(look)
  })
}, { once: true, capture: true })`)
  await page.keyboard.insertText(query)
  await until(page, 'filtered !== null')
  return page.evaluate('filtered')
}

/** What must be true once the answer is there, as a script: a text in the first row, or that nothing fits. */
export const shows = {
  text: (text: string): string =>
    `${list}.querySelector('[role=option]')?.textContent.includes(${JSON.stringify(text)})`,
  nothing: `${list}.textContent.includes('Nothing matches')`,
  all: `${list}.querySelectorAll('[role=option]').length > 5`,
}

/** What the page's own objects take after everything that is garbage has been collected, in MB. */
export async function heapMb(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  // What is only weakly held goes with the second round.
  for (const _round of [1, 2]) await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize / 1e6
}
