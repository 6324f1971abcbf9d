/** The inspector's page in headless Chromium, before a store with very many notifications and while very many come. */

import { rmSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { launchChromium } from '../../test/browser/chromium.ts'
import {
  filterMs,
  firstRowMs,
  heapMb,
  scroll,
  shows,
  streamed,
  until,
  watchPage,
} from '../measure/page-probe.ts'
import { createFolder, startProduct, type Product } from '../measure/process.ts'
import { toRow, type Goal, type Row } from '../measure/row.ts'
import {
  captureThousand,
  demandAnswers,
  sinkFlags,
  startEnds,
  type Benchmark,
  type Ends,
} from './benchmark.ts'
import { multiplyStore } from './multiply-store.ts'

const filters: [what: string, query: string, shown: string][] = [
  ['1 in 10 fits', 'type:products.update', shows.text('products.update')],
  ['1 in 1,000 fits', '3000777', shows.text('3000777')],
  ['nothing fits', 'type:cashbook.delete', shows.nothing],
  ['full text, nothing fits', 'nowhere-to-be-found', shows.nothing],
]

/** So many are sent before the page must have them all: it shall get each over the stream, and miss none. */
const portion = 1_000

export const page: Benchmark = async ({ quick }) => {
  const stored = quick ? 10_000 : 100_000
  const rounds = quick ? 2 : 7
  const coming = quick ? 2_000 : 180_000
  const turns = quick ? 100 : 300
  const dir = createFolder()
  const browser = await launchChromium()
  try {
    await captureThousand(dir)
    multiplyStore(dir, stored / 1_000)
    await using ends = await startEnds()
    await using product = await startProduct([...sinkFlags, '--keep', '1000000', '-f', ends.appUrl], { dir })
    return [
      await measureFirstScreen(browser, product, stored, rounds),
      ...(await measureList(browser, product, { stored, rounds, turns })),
      ...(await measureHour(browser, product, ends, coming)),
    ]
  } finally {
    await browser.close()
    rmSync(dir, { recursive: true, force: true })
  }
}

/** A browser's new window and the end of another one take both cores for about a second. */
const restMs = 2_000

/** In a browser that has never seen the page: nothing is cached. */
async function measureFirstScreen(
  browser: Browser,
  product: Product,
  stored: number,
  rounds: number,
): Promise<Row> {
  const tookMs: number[] = []
  // The first one reads the store's pages into memory, as the start of a day does.
  for (let round = 0; round <= rounds; round++) {
    const seen = await openPage(browser, product)
    if (round > 0) tookMs.push(await firstRowMs(seen))
    await seen.context().close()
    await pause(restMs)
  }
  return plain(`navigation to first row, of ${stored}`, 'ms', tookMs, { atMost: 1_000 })
}

async function measureList(
  browser: Browser,
  product: Product,
  { stored, rounds, turns }: { stored: number; rounds: number; turns: number },
): Promise<Row[]> {
  const seen = await openPage(browser, product)
  await firstRowMs(seen)
  const { frames, blankFrames } = await scroll(seen, turns)
  const rows = [
    plain(`blank frames of ${frames} while scrolling, of ${stored}`, '', [blankFrames], { atMost: 0 }),
  ]
  for (const [what, query, shown] of filters) {
    const tookMs: number[] = []
    for (let round = 0; round <= rounds; round++) {
      const ms = await filterMs(seen, query, shown)
      if (round > 0) tookMs.push(ms)
      await seen.keyboard.press('ControlOrMeta+A')
      await seen.keyboard.press('Delete')
      await until(seen, shows.all)
      await until(seen, `location.hash === '#/'`)
    }
    rows.push(
      plain(`last letter of a filter to its rows, ${what}, of ${stored}`, 'ms', tookMs, { atMost: 200 }),
    )
  }
  await seen.context().close()
  return rows
}

/** As many as come in an hour at 50 a second, as fast as the page takes them in; each is delivered to the app, too. */
async function measureHour(browser: Browser, product: Product, ends: Ends, coming: number): Promise<Row[]> {
  const seen = await openPage(browser, product)
  await firstRowMs(seen)
  const before = await heapMb(seen)
  const already = (await streamed(seen)).notifications
  await ends.prepare(product.sinkUrl, portion)
  for (let sent = portion; sent <= coming; sent += portion) {
    demandAnswers(await ends.send({ connections: 8, untilDelivered: true }), 'fic-dev')
    await until(seen, `probe.notifications + probe.lagged * ${portion} >= ${already + sent}`)
  }
  const after = await heapMb(seen)
  const { notifications, lagged } = await streamed(seen)
  await seen.context().close()
  return [
    plain('heap of the page when it was opened', 'MB', [before], null),
    plain(`the same after ${coming} that came meanwhile`, 'MB', [after], { atMost: 150 }),
    plain(
      `of these not over the stream (${lagged} times lagged)`,
      '',
      [already + coming - notifications],
      null,
    ),
  ]
}

async function openPage(browser: Browser, { inspectorUrl, token }: Product): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  const opened = await context.newPage()
  await watchPage(opened)
  await pause(restMs)
  const response = await fetch(`${inspectorUrl}/api/links`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  })
  const { openUrl } = (await response.json()) as { openUrl: string }
  await opened.goto(openUrl)
  return opened
}

function plain(what: string, unit: string, product: readonly number[], goal: Goal | null): Row {
  return toRow({ what, reference: '', unit, goal, product })
}
