/** The page in a real browser, before a real daemon with the emulator: what a person does, and what they see. */

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

test('without a session the page says how to get in, and goes on once the link was opened in another tab', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  await using seen = await visit(browser, fic.inspectorUrl)

  await seen.page.getByRole('heading', { name: 'This page opens with a link' }).waitFor()
  expect(await seen.page.getByText('npx fic-dev open').isVisible()).toBe(true)
  expect(await seen.page.content()).not.toContain(new URL(fic.sinkUrl).pathname)

  await seen.openTab(openUrl(fic))
  await seen.rows.first().waitFor()
  expect(seen.faults).toEqual([])
})

test('the link opens the page, leaves the address bar, and events appear while they come', async () => {
  await using folder = await temporaryFolder()
  await using target = await startTarget()
  await using fic = await startDaemon(folder.path, forwardTo(target.url))
  await using seen = await visit(browser, openUrl(fic))

  await eventually(() => seqs(seen)).toEqual([2, 1])
  expect(new URL(seen.page.url()).pathname).toBe('/')
  await fic.daemon.trigger({ type: 'issued_documents.invoices.create', ids: [3062300] })

  await eventually(() => seqs(seen)).toEqual([3, 2, 1])
  const row = seen.rows.first()
  await row.getByText('200', { exact: true }).waitFor()
  const text = await row.innerText()
  for (const part of ['issued_documents.invoices.create', '3062300', 'company', 'signed', ' ms']) {
    expect(text).toContain(part)
  }
  expect(seen.faults).toEqual([])
})

test('before the first event a checklist says what is done and what is waited for', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  await using seen = await visit(browser, openUrl(fic))
  const stateOf = (title: string) =>
    seen.page.getByRole('listitem').filter({ hasText: title }).getAttribute('data-state')

  await eventually(() => stateOf('Welcome received')).toBe('done')
  expect(await stateOf('Sink listens')).toBe('done')
  expect(await stateOf('Challenge answered')).toBe('done')
  expect(await stateOf('First event')).toBe('waits')
  expect(await seen.page.getByText('npx fic-dev trigger entities.clients.create').isVisible()).toBe(true)

  await fic.daemon.trigger({ type: 'entities.clients.create' })
  await eventually(() => stateOf('First event')).toBe('done')
  expect(await stateOf('Your app answered 2xx')).toBe('waits')
})

test('the detail tells what happened, a verdict per claim, the answer, body and headers; its address leads back', async () => {
  await using folder = await temporaryFolder()
  await using target = await startTarget(0, 404)
  await using fic = await startDaemon(folder.path, forwardTo(target.url))
  await fic.daemon.trigger({ type: 'entities.clients.update', ids: [17] })
  await target.waitFor(2)
  await using seen = await visit(browser, openUrl(fic))
  const { page, detail } = seen

  await seen.rows.first().click()
  await detail.getByRole('heading', { name: 'Client 17 was updated' }).waitFor()
  expect(new URL(page.url()).hash).toBe('#/n/3')
  const claims = detail.getByRole('list', { name: 'Claims of the token' }).getByRole('listitem')
  const verdicts = await claims.evaluateAll((items) =>
    items.map((item) => `${item.children[1]?.textContent} ${item.getAttribute('data-verdict')}`),
  )
  expect(verdicts).toEqual(
    expect.arrayContaining(['alg ok', 'iss ok', 'aud ok', 'sub ok', 'jti ok', 'exp ok']),
  )
  expect(verdicts.filter((verdict) => verdict.endsWith('wrong'))).toEqual([])
  await detail.getByText('The token says nothing about the body').waitFor()
  await detail.getByText('Fatture in Cloud would drop it at once').waitFor()
  expect(JSON.parse(await detail.getByLabel('Body as it came').innerText())).toEqual({ data: { ids: [17] } })
  await detail.getByText('FattureInCloud/API-WEBHOOK').waitFor()

  await page.reload()
  await detail.getByRole('heading', { name: 'Client 17 was updated' }).waitFor()
  await page.keyboard.press('Escape')
  await eventually(() => detail.count()).toBe(0)
  expect(seen.faults).toEqual([])
})

test('a replay goes out signed as chosen, and stands among the deliveries', async () => {
  await using folder = await temporaryFolder()
  await using target = await startTarget()
  await using fic = await startDaemon(folder.path, forwardTo(target.url))
  await fic.daemon.trigger({ type: 'products.create', ids: [5] })
  await target.waitFor(2)
  await using seen = await visit(browser, `${openUrl(fic)}`)
  const deliveries = seen.detail.getByRole('list', { name: 'Deliveries' }).getByRole('listitem')

  await seen.rows.first().click()
  await seen.detail.getByRole('button', { name: 'Replay · original' }).click()
  await eventually(() => deliveries.first().innerText()).toContain('replay, original signature')
  await seen.detail.getByRole('button', { name: 'How a replay is signed' }).click()
  await seen.page.getByRole('menuitemradio', { name: 'No signature' }).click()
  await seen.page.keyboard.press('Escape')
  await seen.rows.first().click()
  // A key means nothing to a notification that is not there yet.
  await deliveries.nth(1).waitFor()
  await seen.page.keyboard.press('r')
  await eventually(() => deliveries.count()).toBe(3)
  await eventually(() => deliveries.first().innerText()).toContain('replay, no signature')

  const [, original, again, unsigned] = target.received
  expect(again?.headers.authorization).toBe(original?.headers.authorization)
  expect(again?.body.equals(original?.body ?? Buffer.alloc(0))).toBe(true)
  expect(unsigned?.headers).not.toHaveProperty('authorization')
  expect(unsigned?.headers['x-fic-dev-replay']).toBe('1')
  expect(seen.faults).toEqual([])
})

test('trigger makes the emulator send what was asked for', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  await using seen = await visit(browser, openUrl(fic))
  await eventually(() => seqs(seen)).toEqual([2, 1])

  await seen.page.getByRole('button', { name: 'Trigger', exact: true }).click()
  await seen.page.getByRole('combobox', { name: 'Event type' }).fill('cashbook.del')
  await seen.page.getByRole('option', { name: 'cashbook.delete' }).click()
  await seen.page.getByLabel('Ids').fill('12, cash-7')
  await seen.page.getByLabel('How many events').fill('2')
  await seen.page.getByRole('button', { name: 'Send' }).click()

  await eventually(() => seqs(seen)).toEqual([4, 3, 2, 1])
  expect(await seen.rows.first().innerText()).toContain('12, cash-7')
  expect(await seen.rows.first().innerText()).toContain('cashbook.delete')
  expect(seen.faults).toEqual([])
})

test('light or dark follows the system until somebody chooses, and then stays', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  await using seen = await visit(browser, openUrl(fic), { colorScheme: 'dark' })
  const ground = () => seen.page.evaluate<string>('getComputedStyle(document.body).backgroundColor')

  await seen.rows.first().waitFor()
  expect(await ground()).toBe('rgb(13, 17, 18)')
  await seen.page.getByRole('button', { name: 'Switch to light' }).click()
  await eventually(ground).toBe('rgb(243, 245, 245)')
  await seen.page.reload()
  await seen.page.getByRole('button', { name: 'Switch to dark' }).waitFor()
  expect(await ground()).toBe('rgb(243, 245, 245)')
})

test('what strangers send is text: no tag, no script, no hidden or turned character takes effect', async () => {
  const hostile = '<img src=x onerror=alert(1)></script><script>alert(2)</script>\u202Egnp.exe\u001B[2J'
  await using folder = await temporaryFolder()
  await using target = await startTarget(0, (_request, response) => {
    response.writeHead(200, { 'x-answer': '<svg onload=alert(3)>' }).end(hostile)
  })
  await using fic = await startDaemon(folder.path, { ...forwardTo(target.url), forwardUnverified: true })
  await fetch(fic.sinkUrl, {
    method: 'POST',
    headers: {
      'ce-type': 'it.fattureincloud.webhooks.<b>x</b>.create',
      'ce-id': '1:<script>alert(4)</script>',
      'ce-subject': 'company:1',
      'ce-time': '2026-01-01T00:00:00Z',
      'ce-source': 'https://api-v2.fattureincloud.it',
      'ce-specversion': '1.0',
      'content-type': 'application/json',
    },
    body: hostile,
  })
  await fic.until(
    (message) => message.type === 'delivery' && message.delivery.seq === 3 && message.delivery.status === 200,
  )
  await using seen = await visit(browser, openUrl(fic))

  await seen.rows.first().click()
  const body = seen.detail.getByLabel('Body as it came')
  await body.waitFor()
  expect(await body.innerText()).toBe(hostile.replace('\u202E', 'U+202E').replace('\u001B', 'ESC'))
  await seen.detail.getByRole('list', { name: 'Deliveries' }).getByText('attempt 1').click()
  await seen.detail.getByLabel('Body of the answer').waitFor()
  expect(
    await seen.page.locator('article img, article script, article svg[onload], article b b').count(),
  ).toBe(0)
  expect(seen.faults).toEqual([])
})

test('after a restart of the daemon the list has no gap and no double, and the page said that it was away', async () => {
  await using folder = await temporaryFolder()
  const first = await startDaemon(folder.path)
  await first.daemon.trigger({ type: 'taxes.create', count: 3 })
  await using seen = await visit(browser, openUrl(first))
  await eventually(() => seqs(seen)).toEqual([5, 4, 3, 2, 1])
  const { config } = first
  const portOf = (url: string) => ({ port: Number(new URL(url).port), named: true })
  const { inspectorUrl, sinkUrl, emulatorUrl = '' } = first.daemon.addresses()

  await first.close()
  await seen.page.getByText('fic-dev does not answer').waitFor()
  await using second = await startDaemon(folder.path, {
    ...config,
    port: portOf(inspectorUrl),
    sinkPort: portOf(sinkUrl),
    emulatorPort: portOf(emulatorUrl),
  })
  await second.daemon.trigger({ type: 'taxes.delete', count: 2 })

  await eventually(() => seqs(seen)).toEqual([7, 6, 5, 4, 3, 2, 1])
  await eventually(() => seen.page.getByText('fic-dev does not answer').count()).toBe(0)
  await second.daemon.trigger({ type: 'taxes.update' })
  await eventually(() => seqs(seen)).toEqual([8, 7, 6, 5, 4, 3, 2, 1])
  expect(seen.faults).toEqual([])
})

test('scrolling brings the older pages, and a filter leaves what fits', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  await fic.daemon.trigger({ type: 'receipts.create', count: 120 })
  await fic.daemon.trigger({ type: 'receipts.delete', ids: [777_001] })
  await using seen = await visit(browser, openUrl(fic))
  const list = seen.page.getByRole('listbox', { name: 'Notifications' })

  await seen.rows.first().waitFor()
  await eventually(async () => {
    await list.evaluate((element) => element.scrollTo(0, element.scrollHeight))
    return seqs(seen)
  }).toContain(1)
  await seen.page.keyboard.press('/')
  await seen.page.keyboard.type('777001')
  await eventually(() => seqs(seen)).toEqual([123])
  await seen.page.keyboard.press('Escape')
  await eventually(async () => (await seqs(seen)).slice(0, 2)).toEqual([123, 122])
  expect(seen.faults).toEqual([])
})

test('the keys walk through the list, and below 900 pixels the detail covers it', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  await fic.daemon.trigger({ type: 'entities.suppliers.create', ids: [4] })
  await using seen = await visit(browser, openUrl(fic), { viewport: { width: 700, height: 800 } })
  const chosen = () => seen.page.locator('[role=option][aria-selected=true]').getAttribute('id')

  await eventually(() => seqs(seen)).toEqual([3, 2, 1])
  await seen.page.keyboard.press('j')
  await seen.page.keyboard.press('j')
  await seen.page.keyboard.press('k')
  await eventually(chosen).toBe('row-3')
  await seen.page.keyboard.press('Enter')
  await seen.detail.getByRole('heading', { name: 'Supplier 4 was created' }).waitFor()
  expect(await seen.rows.first().isVisible()).toBe(false)
  await seen.page.keyboard.press('j')
  await seen.detail.getByRole('heading', { name: 'Fatture in Cloud says welcome' }).waitFor()
  await seen.detail.getByRole('button', { name: 'List' }).click()
  await seen.rows.first().waitFor()
  expect(await chosen()).toBe('row-2')
})

test('what the first screen shows is asked for once and at once after the proof, filtered as the address says', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  await fic.daemon.trigger({ type: 'products.create', ids: [5] })
  await using seen = await visit(browser, openUrl(fic))
  await seen.rows.first().waitFor()

  for (const [hash, list] of [
    ['', '/api/notifications?view=row&limit=50'],
    [
      '#/?q=kind%3Awelcome+signature%3Avalid',
      '/api/notifications?view=row&limit=50&q=kind%3Awelcome+signature%3Avalid',
    ],
  ] as const) {
    const page = await seen.page.context().newPage()
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url().replace(fic.inspectorUrl, '')))
    const followed = page.waitForEvent('websocket')
    await page.goto(`${fic.inspectorUrl}/${hash}`)
    await followed
    const paths = asked.filter((path) => path.startsWith('/api/')).map((path) => path.replace(/nonce.*/, ''))
    expect(paths).toEqual(['/api/proof?', '/api/status', list])
    await page.getByRole('option').first().waitFor()
    await page.close()
  }
  expect(seen.faults).toEqual([])
})
