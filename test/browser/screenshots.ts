/** Writes docs/screenshots: every screen of the page, light and dark, as it looks on a day with some trouble. */

import { mkdir } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import type { ExportedNotification, NotificationPage } from '../../src/contract/api.ts'
import type { Status } from '../../src/contract/status.ts'
import { forwardTo, startDaemon, temporaryFolder, type TestDaemon } from '../support/daemon.ts'
import { startTarget } from '../support/target.ts'
import { launchChromium, visit, type Visit } from './chromium.ts'
import { goTo, openUrl } from './looking.ts'

const places = new URL('../../docs/screenshots/', import.meta.url)
const size = { width: 1440, height: 900 }

/** A name, and what is done to see it. */
const scenes: [name: string, show: (seen: Visit) => Promise<void>][] = [
  ['list', (seen) => open(seen, '#/')],
  ['detail', async (seen) => openNewest(seen, 'type:invoices.create -is:twin')],
  ['invalid', async (seen) => openNewest(seen, 'signature:invalid')],
  [
    'edit',
    async (seen) => {
      await openNewest(seen, 'type:invoices.create -is:twin')
      await seen.page.keyboard.press('e')
      await seen.page.getByRole('dialog').waitFor()
      await settled(seen.page)
    },
  ],
  [
    'compare',
    async (seen) => {
      await openNewest(seen, 'type:invoices.create -is:twin')
      await seen.page.keyboard.press('c')
      await seen.page.getByRole('dialog').waitFor()
      await settled(seen.page)
    },
  ],
  [
    'filter',
    async (seen) => {
      await open(seen, '#/?q=type:invoices')
      await seen.page.keyboard.press('/')
      await seen.page.keyboard.press('End')
      await seen.page.keyboard.type(' target:')
      await seen.page.getByRole('option', { name: 'target:5xx' }).waitFor()
    },
  ],
  [
    'select',
    async (seen) => {
      await open(seen, '#/')
      await seen.rows.nth(1).click({ modifiers: ['Control'] })
      await seen.rows.nth(4).click({ modifiers: ['Shift'] })
      await seen.page.getByRole('toolbar').waitFor()
    },
  ],
  [
    'trigger',
    async (seen) => {
      await open(seen, '#/')
      await seen.page.keyboard.press('t')
      await seen.page.getByRole('dialog').waitFor()
    },
  ],
  [
    'help',
    async (seen) => {
      await open(seen, '#/')
      await seen.page.keyboard.press('?')
      await seen.page.getByRole('dialog').waitFor()
    },
  ],
  ['status', (seen) => open(seen, '#/status', 'Public keys')],
  ['subscription', (seen) => open(seen, '#/subscription', 'kept by fic-dev')],
  ['coverage', (seen) => open(seen, '#/coverage', 'entities.suppliers')],
  [
    'doctor',
    async (seen) => {
      await open(seen, '#/doctor', 'What it does')
      await seen.page.keyboard.press('d')
      await seen.page.getByText(/Looked at \d/).waitFor()
    },
  ],
  [
    'token',
    async (seen) => {
      await open(seen, '#/token', 'Explain a token')
      await seen.page.getByRole('textbox', { name: 'Compare with notification' }).fill(String(genuineSeq))
      await seen.page.keyboard.press('Enter')
      await seen.page.getByText('Does it hold?').waitFor()
    },
  ],
]

await using folder = await temporaryFolder()
await using target = await startTarget(0, (request, response) => {
  const type = String(request.headers['ce-type'])
  const status = type.includes('taxes') ? 404 : type.includes('stock') ? 503 : 200
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(status === 200 ? '{"ok":true}' : '{"error":"no handler for this type"}')
})
const settings = { file: null, sources: { emulator: 'flag', forwardTo: 'flag' }, notes: [] }
await using fic = await startDaemon(folder.path, forwardTo(target.url), { settings })
await liveThroughAnHour(fic)
const genuineSeq = await newestSeq(fic, 'type:invoices.create signature:valid')
await mkdir(places, { recursive: true })
const browser = await launchChromium()
try {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [name, show] of scenes)
      await shoot(`${name}-${colorScheme}`, show, { colorScheme, viewport: size })
    const phone = { colorScheme, viewport: { width: 390, height: 844 } }
    await shoot(`phone-${colorScheme}`, (seen) => open(seen, '#/'), phone)
  }
} finally {
  await browser.close()
}
process.stdout.write(`${(scenes.length + 1) * 2} screenshots in docs/screenshots\n`)

async function shoot(
  name: string,
  show: (seen: Visit) => Promise<void>,
  look: { colorScheme: 'light' | 'dark'; viewport: { width: number; height: number } },
): Promise<void> {
  await using seen = await visit(browser, openUrl(fic), look)
  await seen.page.getByText('live', { exact: true }).waitFor()
  await show(seen)
  await settled(seen.page)
  // Where the daemon of these pictures keeps its data is nobody's business.
  await seen.page.evaluate(`
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (texts.nextNode())
      texts.currentNode.data = texts.currentNode.data.replaceAll(${JSON.stringify(fic.config.dataDir)}, '/home/anna/shop/.fic-dev')`)
  await seen.page.screenshot({ path: new URL(`${name}.png`, places).pathname })
}

async function open(seen: Visit, hash: string, text?: string): Promise<void> {
  await goTo(seen, hash)
  if (text === undefined) await seen.rows.first().waitFor()
  else await seen.page.getByText(text).first().waitFor()
}

async function openNewest(seen: Visit, query: string): Promise<void> {
  await open(seen, `#/?${new URLSearchParams({ q: query })}`)
  await settled(seen.page)
  await seen.rows.first().click()
  await seen.detail.waitFor()
}

/** Nothing is on its way any more, and what came is painted. */
async function settled(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle')
  await page.evaluate('new Promise((done) => setTimeout(() => requestAnimationFrame(() => done()), 400))')
}

/** What came in the last hour, then what comes now: with a twin, a forgery, and types that the target does not know. */
async function liveThroughAnHour(fic: TestDaemon): Promise<void> {
  const types = [
    'issued_documents.invoices.create',
    'issued_documents.invoices.update',
    'entities.clients.create',
  ]
  const odd = ['products.stock_update', 'taxes.create', 'received_documents.create', 'cashbook.update']
  for (const type of [...types, ...odd]) await fic.daemon.trigger({ type, count: 6 })
  await delivered(fic, 2 + 7 * 6)
  const lines = (await (await fic.api('/api/export?format=ndjson')).text()).trim().split('\n')
  const past = lines.flatMap((line, index) => [0, 1].map((turn) => toPast(line, index, turn, lines.length)))
  past.sort((a, b) => a.notification.receivedAt.localeCompare(b.notification.receivedAt))
  await fic.api('/api/notifications', { method: 'DELETE' })
  await fic.api('/api/import', {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: past.map((each) => JSON.stringify(each)).join('\n'),
  })
  for (const type of [...types, ...odd]) await fic.daemon.trigger({ type })
  await forge(fic)
  await fic.daemon.trigger({ type: 'issued_documents.invoices.email_sent', ids: [3062300] })
  await fic.daemon.trigger({ type: 'issued_documents.invoices.create', ids: [3062300, 3062301, 3062302] })
  await delivered(fic, 2 + 7 * 6 + 7 + 3)
}

async function newestSeq(fic: TestDaemon, query: string): Promise<number> {
  const answer = await fic.api(`/api/notifications?${new URLSearchParams({ q: query, limit: '1' })}`)
  return ((await answer.json()) as NotificationPage).items[0]?.seq ?? 1
}

function toPast(line: string, index: number, turn: number, all: number): ExportedNotification {
  const exported = JSON.parse(line) as ExportedNotification
  const { notification } = exported
  const minutes = 4 + ((index * 37 + turn * 11) % 55)
  const receivedAt = new Date(Date.now() - minutes * 60_000 - index * 700).toISOString()
  const id = `${index + turn * all}:${crypto.randomUUID()}`
  const cloudEvent = notification.cloudEvent && { ...notification.cloudEvent, id }
  return { ...exported, notification: { ...notification, receivedAt, cloudEvent } }
}

/** An event with a token that is none of the sender's. */
async function forge(fic: TestDaemon): Promise<void> {
  await fetch(fic.sinkUrl, {
    method: 'POST',
    headers: {
      authorization: 'Bearer eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL2V4YW1wbGUuY29tIn0.c2lnbmF0dXJl',
      'content-type': 'application/json',
      'ce-type': 'it.fattureincloud.webhooks.issued_documents.invoices.delete',
      'ce-id': `7:${crypto.randomUUID()}`,
      'ce-subject': 'company:108061',
      'ce-time': new Date().toISOString(),
      'ce-source': 'https://api-v2.fattureincloud.it',
      'ce-specversion': '1.0',
    },
    body: '{"data":{"ids":[3062300]}}',
  })
}

/** So many have come to the sink, and every genuine one was handed over at least once. */
async function delivered(fic: TestDaemon, captured: number): Promise<void> {
  const ask = async (path: string) => (await fic.api(path)).json() as Promise<unknown>
  const counted = async () => ((await ask('/api/status')) as Status).sink?.captured ?? 0
  while ((await counted()) < captured) await pause(50)
  for (const waiting of ['delivery:none -kind:verification signature:valid since:1m', 'delivery:pending']) {
    const search = new URLSearchParams({ q: waiting, limit: '1' })
    const left = async () => ((await ask(`/api/notifications?${search}`)) as NotificationPage).items.length
    while ((await left()) > 0) await pause(50)
  }
}
