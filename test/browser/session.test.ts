/** The page's session in a real browser: what other servers learn of it, and what keeps and ends it. */

import type { RequestListener } from 'node:http'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startDaemon, temporaryFolder, type TestDaemon } from '../support/daemon.ts'
import { answerJson, startOtherProgram, type Heard } from '../support/other-program.ts'
import { askInspector } from '../security/ask-inspector.ts'
import { launchChromium, visit, type Visit } from './chromium.ts'
import { eventually } from '../support/eventually.ts'
import { openUrl } from './looking.ts'

let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(() => browser.close())

const html: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>other</title>')
}

const portOf = (fic: TestDaemon) => Number(new URL(fic.inspectorUrl).port)

/** The next daemon of the project, at the address of the first. */
const startAgain = (folder: string, first: TestDaemon, parts = {}) =>
  startDaemon(folder, { port: { port: portOf(first), named: true } }, parts)

/** Everything that a program has heard, sent to the daemon in every place where a credential could be. */
async function tryAll(port: number, heard: readonly Heard[]): Promise<(number | null)[]> {
  const values = heard.flatMap(({ url, headers }) => [
    url,
    ...Object.values(headers).flatMap((value) => String(value).split(/[\s,;]+/)),
  ])
  const attempts = heard.map(({ headers }) =>
    ['authorization', 'cookie', 'sec-websocket-protocol'].flatMap((name) => {
      const value = headers[name]
      return value === undefined ? [] : [`${name}: ${String(value)}`]
    }),
  )
  const guesses = [...new Set(values)].flatMap((value) => [
    [`Authorization: Bearer ${value}`],
    [`Authorization: Session ${value}`],
    [`Cookie: fic_dev_${port}=${value}`],
  ])
  const answers = []
  for (const headers of [...attempts, ...guesses]) {
    answers.push((await askInspector(port, { path: '/api/status', headers })).status)
  }
  return answers
}

const locked = (page: Page) => page.getByRole('heading', { name: 'This page opens with a link' })

/** Signs in, and waits for the list. */
async function signIn(fic: TestDaemon): Promise<Visit> {
  const seen = await visit(browser, openUrl(fic))
  onTestFinished(() => seen[Symbol.asyncDispose]())
  await seen.rows.first().waitFor()
  return seen
}

test('a server on another port receives no credential, and with its cookies it neither locks the page out nor signs it out', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  const seen = await signIn(fic)
  const cookies = Array.from({ length: 150 }, (_, index) => `c${index}=${'x'.repeat(4000)}; Path=/`)
  const names = [`fic_dev_${portOf(fic)}=x; Path=/api`, `fic_dev_${portOf(fic)}=x; Path=/`]
  const other = await startOtherProgram(0, (request, response) => {
    // A browser takes so many in one answer.
    const from = Number(new URL(request.url ?? '', 'http://x').searchParams.get('from') ?? 0)
    response.setHeader('set-cookie', [...names, ...cookies.slice(from, from + 30)])
    html(request, response)
  })

  const tab = await seen.openTab(`http://127.0.0.1:${other.port}/`)
  for (const from of [30, 60, 90, 120]) await tab.goto(`http://127.0.0.1:${other.port}/?from=${from}`)
  expect(await seen.page.context().cookies(fic.inspectorUrl)).not.toHaveLength(0)
  expect(other.heard[0]?.headers.cookie).toBeUndefined()
  expect(other.heard.filter(({ headers }) => headers.authorization !== undefined)).toEqual([])
  expect(new Set(await tryAll(portOf(fic), other.heard))).toEqual(new Set([401]))

  await seen.page.reload()
  await seen.rows.first().waitFor()
  await fic.daemon.trigger({ type: 'taxes.create' })
  await seen.page.locator('#row-3').waitFor()
  const again = await seen.openTab(openUrl(fic))
  await again.getByRole('option').first().waitFor()
})

test('a new tab from the page, a reload and a restart of fic-dev stay signed in', async () => {
  await using folder = await temporaryFolder()
  const first = await startDaemon(folder.path)
  const seen = await signIn(first)
  const link = seen.page.locator('a[href^="#/"]').first()
  await link.waitFor()

  for (const open of [
    () => link.click({ modifiers: ['ControlOrMeta'] }),
    () => link.click({ button: 'middle' }),
  ]) {
    const opening = seen.page.context().waitForEvent('page')
    await open()
    const tab = await opening
    await tab.getByRole('navigation').first().waitFor()
    await tab.goto(`${first.inspectorUrl}/#/n/1`)
    await tab.getByRole('article', { name: 'Notification' }).waitFor()
    expect(await locked(tab).count()).toBe(0)
    await tab.close()
  }
  const opening = seen.page.context().waitForEvent('page')
  await seen.page.evaluate(`
    const blank = Object.assign(document.createElement('a'), { href: '/#/n/1', target: '_blank' })
    document.body.append(blank)
    blank.click()
    blank.remove()
  `)
  const blank = await opening
  await blank.getByRole('article', { name: 'Notification' }).waitFor()
  await blank.close()

  await seen.page.reload()
  await seen.rows.first().waitFor()

  await first.close()
  await seen.page.getByText('fic-dev does not answer').waitFor()
  await using second = await startAgain(folder.path, first)
  await second.daemon.trigger({ type: 'taxes.create' })
  await eventually(() => seen.page.getByText('fic-dev does not answer').count()).toBe(0)
  await seen.rows.first().waitFor()
  await seen.page.reload()
  await seen.rows.first().waitFor()
  expect(seen.faults).toEqual([])
})

test('the link works under localhost, and leads to the origin that the page has under each name', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  await using seen = await visit(browser, openUrl(fic).replace('127.0.0.1', 'localhost'))

  await seen.rows.first().waitFor()
  expect(seen.page.url()).toBe(`${fic.inspectorUrl}/`)
  await seen.page.goto(`${fic.inspectorUrl.replace('127.0.0.1', 'localhost')}/#/n/1`)
  await seen.detail.waitFor()
  expect(seen.page.url()).toBe(`${fic.inspectorUrl}/#/n/1`)
})

test('the one-time link survives an image, a frame, a prefetch and a fetch of a page of another site', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  const link = openUrl(fic)
  const other = await startOtherProgram(0, (request, response) => {
    if (request.url !== '/') return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><title>other</title>
      <link rel="prefetch" href="${link}"><img src="${link}" alt=""><iframe src="${link}"></iframe>
      <script>fetch('${link}', { mode: 'no-cors' }).catch(() => {})</script>`)
  })
  const context = await browser.newContext()
  onTestFinished(() => context.close())
  const page = await context.newPage()
  const asked: string[] = []
  page.on('requestfinished', (request) => asked.push(request.url()))
  page.on('requestfailed', (request) => asked.push(request.url()))
  await page.goto(`http://127.0.0.1:${other.port}/`)
  await eventually(() => asked.filter((url) => url === link).length).toBeGreaterThanOrEqual(3)

  await page.goto(link)
  await page.getByRole('option').first().waitFor()
  expect(page.url()).toBe(`${fic.inspectorUrl}/`)
})

test('a server on the same port after fic-dev has ended learns nothing that opens the next fic-dev', async () => {
  await using folder = await temporaryFolder()
  const first = await startDaemon(folder.path)
  const seen = await signIn(first)
  await first.close()
  await seen.page.getByText('fic-dev does not answer').waitFor()

  const api = answerJson({ proof: 'A'.repeat(43), run: 'A'.repeat(43), items: [], nextBefore: null })
  const other = await startOtherProgram(portOf(first), (request, response) =>
    (request.url?.startsWith('/api/') ? api : html)(request, response),
  )
  // The page that was open comes back, and asks for a proof.
  await seen.page.evaluate('window.dispatchEvent(new Event("focus"))')
  await eventually(() => other.heard.some(({ url }) => url.startsWith('/api/proof'))).toBe(true)
  // What the server gets to show runs in the page's origin: it can use the key, and can't read it.
  await seen.page.reload()
  const made = await seen.page.evaluate<string[]>(`(async () => {
    const open = indexedDB.open('fic-dev')
    await new Promise((resolve) => (open.onsuccess = resolve))
    const get = open.result.transaction('session').objectStore('session').get('session')
    await new Promise((resolve) => (get.onsuccess = resolve))
    open.result.close()
    const { id, key } = get.result
    const raw = await crypto.subtle.exportKey('raw', key).then(() => 'readable', () => 'unreadable')
    const lines = ['fic-dev page', location.origin, '${'A'.repeat(43)}'].join('\\n')
    const mac = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(lines))
    const text = btoa(String.fromCharCode(...new Uint8Array(mac)))
    const proof = text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
    return [raw, id, proof, id + '.' + proof, JSON.stringify({ ...localStorage, ...sessionStorage })]
  })()`)
  expect(made[0]).toBe('unreadable')
  await fetch(`http://127.0.0.1:${other.port}/learned/`, {
    headers: { 'x-learned': made.join(' '), 'x-cookie': String(await seen.page.evaluate('document.cookie')) },
  })
  expect(other.heard.filter(({ headers }) => headers.authorization ?? headers.cookie)).toEqual([])
  expect(other.heard.filter(({ method }) => method === 'UPGRADE')).toEqual([])
  other.close()

  await using second = await startAgain(folder.path, first)
  expect(new Set(await tryAll(portOf(second), other.heard))).toEqual(new Set([401]))
  await seen.page.goto(second.inspectorUrl)
  await seen.rows.first().waitFor()
})

test('a page of another program that spoiled the storage does not lock out the next link', async () => {
  await using folder = await temporaryFolder()
  const first = await startDaemon(folder.path)
  await first.close()
  const other = await startOtherProgram(portOf(first), html)
  await using seen = await visit(browser, `http://127.0.0.1:${other.port}/`)
  await seen.page.evaluate(`new Promise((resolve) => {
    const open = indexedDB.open('fic-dev', 99)
    open.onsuccess = () => { open.result.close(); resolve() }
  })`)
  other.close()

  await using second = await startAgain(folder.path, first)
  await seen.page.goto(openUrl(second))
  await seen.rows.first().waitFor()
  await seen.page.reload()
  await seen.rows.first().waitFor()
  expect(await locked(seen.page).count()).toBe(0)
})

test('a revoked session signs out every tab, also after a restart; a new link signs in again', async () => {
  await using folder = await temporaryFolder()
  const first = await startDaemon(folder.path)
  const seen = await signIn(first)
  const unused = openUrl(first)

  const answer = await first.api('/api/sessions', { method: 'DELETE' })
  expect(await answer.json()).toEqual({ revoked: 1 })
  await locked(seen.page).waitFor()
  expect(await seen.page.getByText('npx fic-dev open').isVisible()).toBe(true)
  await seen.page.goto(unused)
  expect(await seen.page.textContent('body')).toContain('used already')
  await first.close()

  await using second = await startAgain(folder.path, first)
  await seen.page.goto(second.inspectorUrl)
  await locked(seen.page).waitFor()
  await seen.page.goto(openUrl(second))
  await seen.rows.first().waitFor()
})

test('a session that has expired is signed out: the stream ends, and a reload asks for a link', async () => {
  await using folder = await temporaryFolder()
  const dayMs = 24 * 60 * 60 * 1000
  let days = 0
  const now = () => new Date(Date.now() + days * dayMs)
  await using fic = await startDaemon(folder.path, {}, { now })
  const seen = await signIn(fic)

  days = 29
  await seen.page.reload()
  await seen.rows.first().waitFor()
  days = 31
  await fic.daemon.trigger({ type: 'taxes.create' })
  await locked(seen.page).waitFor()
  await seen.page.reload()
  await locked(seen.page).waitFor()
  expect(await seen.rows.count()).toBe(0)
})

test('the body is downloaded as it came, with the session of the page', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  await fic.daemon.trigger({ type: 'taxes.create', ids: [7] })
  const seen = await signIn(fic)
  await seen.page.locator('#row-3').click()
  const [download] = await Promise.all([
    seen.page.waitForEvent('download'),
    seen.detail.getByTitle('Download the raw bytes').click(),
  ])

  expect(download.suggestedFilename()).toBe('notification-3.bin')
  const chunks: Buffer[] = []
  for await (const chunk of await download.createReadStream()) chunks.push(Buffer.from(chunk))
  expect(Buffer.concat(chunks).toString()).toBe('{"data":{"ids":[7]}}')
  expect(seen.faults).toEqual([])
})
