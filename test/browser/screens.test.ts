/** The screens beside the list: status, export and import, subscription, coverage. */

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { KeyEntry } from '../../src/contract/api.ts'
import { forwardTo, startDaemon, temporaryFolder } from '../support/daemon.ts'
import { startTarget } from '../support/target.ts'
import { eventually } from '../support/eventually.ts'
import { launchChromium, visit } from './chromium.ts'
import { goTo, openUrl, seqs } from './looking.ts'

let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(() => browser.close())

test('the status screen says what needs attention and what mends it, and says so no more when it is mended', async () => {
  await using folder = await temporaryFolder()
  await using target = await startTarget()
  const { url } = target
  await target.close()
  await using fic = await startDaemon(folder.path, forwardTo(url))
  await using seen = await visit(browser, openUrl(fic))

  await seen.page.getByRole('link', { name: 'Status' }).click()
  await seen.page.getByText(`No connection to ${url}: connection refused.`).waitFor()
  await seen.page.getByText('Deliveries wait until the target works again.').waitFor()
  await using again = await startTarget(Number(new URL(url).port))
  await again.waitFor(1)
  await seen.page.getByText('Nothing: everything that fic-dev watches is well.').waitFor()
  expect(seen.faults).toEqual([])
})

test('forwarding is paused with a switch, and what came meanwhile goes out when it is switched on', async () => {
  await using folder = await temporaryFolder()
  await using target = await startTarget()
  await using fic = await startDaemon(folder.path, forwardTo(target.url))
  await target.waitFor(1)
  await using seen = await visit(browser, openUrl(fic))
  const forwarding = seen.page.getByRole('switch', { name: 'Forwarding' })

  await goTo(seen, '#/status')
  await forwarding.click()
  await seen.page.getByText('is paused; 0 deliveries wait').waitFor()
  await fic.daemon.trigger({ type: 'taxes.create', count: 2 })
  expect(target.received).toHaveLength(1)
  await forwarding.click()
  await target.waitFor(3)
  await seen.page.getByText('Nothing: everything that fic-dev watches is well.').waitFor()
  expect(seen.faults).toEqual([])
})

test('tunnel history, addresses and versions stand there, and the dev key is copied as PEM and as base64', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  const { items } = (await (await fic.api('/api/keys')).json()) as { items: KeyEntry[] }
  const dev = items.find(({ name }) => name === 'dev')
  await using seen = await visit(browser, openUrl(fic), {
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  const { page } = seen
  const copied = () => page.evaluate('navigator.clipboard.readText()')

  await goTo(seen, '#/status')
  await page.getByRole('region', { name: 'Tunnel' }).getByText(new URL(fic.sinkUrl).pathname).waitFor()
  await page.getByRole('region', { name: 'This fic-dev' }).getByText(process.version).waitFor()
  await page.getByRole('button', { name: 'Copy the dev key as PEM' }).click()
  await eventually(copied).toBe(dev?.pem)
  await page.getByRole('button', { name: 'Copy the dev key as base64' }).click()
  await eventually(copied).toBe(dev?.base64)
  expect(seen.faults).toEqual([])
})

test('a public address has a QR code', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  await using seen = await visit(browser, 'about:blank')
  // A public tunnel is what we cannot own: the status of one is put in its place.
  await seen.page.route('**/api/status', async (route) => {
    const answer = await route.fetch()
    const status = (await answer.json()) as { sinkUrl: string; tunnel: object }
    status.sinkUrl = 'https://brave-otter.example.com/secret'
    status.tunnel = { ...status.tunnel, publicUrl: 'https://brave-otter.example.com' }
    await route.fulfill({ response: answer, json: status })
  })
  // The greeting of the stream would bring the true one.
  await seen.page.routeWebSocket('**/api/stream*', () => {})
  await seen.page.goto(openUrl(fic))

  await goTo(seen, '#/status')
  const tunnel = seen.page.getByRole('region', { name: 'Tunnel' })
  await tunnel.getByRole('img', { name: 'QR code of the sink URL' }).waitFor()
  expect(await tunnel.innerText()).toContain('https://brave-otter.example.com/secret')
})

test('an export is saved as a file, and importing it elsewhere brings all of it back', async () => {
  await using folder = await temporaryFolder()
  await using other = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  await fic.daemon.trigger({ type: 'cashbook.create', ids: ['cash-7'] })
  await using seen = await visit(browser, openUrl(fic))
  await goTo(seen, '#/status')

  const [download] = await Promise.all([
    seen.page.waitForEvent('download'),
    seen.page.getByRole('button', { name: 'Export NDJSON' }).click(),
  ])
  expect(download.suggestedFilename()).toBe('fic-dev.ndjson')
  const path = join(other.path, 'export.ndjson')
  await download.saveAs(path)
  expect((await readFile(path, 'utf8')).trim().split('\n')).toHaveLength(3)
  const [har] = await Promise.all([
    seen.page.waitForEvent('download'),
    seen.page.getByRole('button', { name: 'Export HAR' }).click(),
  ])
  expect(har.suggestedFilename()).toBe('fic-dev.har')
  await seen.page.getByText('Exported 3 notifications').waitFor()

  await fic.api('/api/notifications', { method: 'DELETE', headers: { 'content-type': 'application/json' } })
  await seen.page.getByLabel('File to import').setInputFiles(path)
  await seen.page.getByText('Imported 3.').waitFor()
  await goTo(seen, '#/')
  await eventually(() => seqs(seen)).toEqual([6, 5, 4])
  expect(await seen.rows.first().innerText()).toContain('cash-7')

  const bad = join(other.path, 'bad.ndjson')
  await writeFile(bad, 'no export\n')
  await goTo(seen, '#/status')
  await seen.page.getByLabel('File to import').setInputFiles(bad)
  await seen.page.getByText('Line 1 is not an exported notification').waitFor()
  expect(seen.faults).toEqual([])
})

test('the subscription is shown with its types and verifications, is deleted after a question, and made again', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path, { types: ['entities.clients.create', 'taxes.create'] })
  await using seen = await visit(browser, openUrl(fic))
  const { page } = seen
  const card = (id: string) => page.getByRole('region', { name: `${id}, kept by fic-dev` })

  await page.getByRole('link', { name: 'Subscription' }).click()
  await card('SUB1').getByText('made by fic-dev for this project').waitFor()
  await card('SUB1').getByText('2 event types', { exact: true }).click()
  const types = card('SUB1').getByRole('list', { name: 'Event types of SUB1' })
  expect(await types.innerText()).toBe('entities.clients.create\ntaxes.create')
  await card('SUB1').getByRole('list', { name: 'Verifications of SUB1' }).getByText('create').waitFor()
  expect(await card('SUB1').getByRole('button', { name: 'Verify SUB1' }).isDisabled()).toBe(true)

  await card('SUB1').getByRole('button', { name: 'Delete SUB1' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await eventually(() => card('SUB1').count()).toBe(0)
  await page.getByRole('button', { name: 'Make one' }).click()
  await card('SUB2').getByText('verified', { exact: true }).first().waitFor()
  expect(seen.faults).toEqual([])
})

test('coverage fills while types are triggered from the board, and a type that was seen leads to its notifications', async () => {
  await using folder = await temporaryFolder()
  await using target = await startTarget(0, (request, response) => {
    response.writeHead(String(request.headers['ce-type']).includes('taxes') ? 404 : 200).end()
  })
  await using fic = await startDaemon(folder.path, forwardTo(target.url))
  await using seen = await visit(browser, openUrl(fic))
  const { page } = seen
  const cell = (name: string) => page.getByRole('button', { name })

  await page.getByRole('link', { name: 'Coverage' }).click()
  await cell('products.stock_update: subscribed, never seen; trigger one').click()
  await cell('products.stock_update: seen and answered well, 1; show them').waitFor()
  await cell('taxes.create: subscribed, never seen; trigger one').click()
  await cell('taxes.create: seen, never answered well, 1; show them').waitFor()
  await page.getByText('75 event types: 75 subscribed to, 2 seen, 1 answered well').waitFor()
  await cell('products.stock_update: seen').click()
  await eventually(() => seqs(seen)).toEqual([3])
  expect(await page.getByRole('combobox', { name: 'Filter' }).inputValue()).toBe('type:products.stock_update')
  expect(seen.faults).toEqual([])
})

test('a fixture of a type that was seen is copied and downloaded, its token replaced unless it is wanted', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  await fic.daemon.trigger({ type: 'taxes.create', ids: [7] })
  await using seen = await visit(browser, openUrl(fic), {
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  const { page } = seen

  await page.getByRole('link', { name: 'Coverage' }).click()
  await page.getByRole('button', { name: 'Copy the fixture taxes.create' }).click()
  await page.getByText('Copied', { exact: true }).waitFor()
  const copied = await page.evaluate<string>('navigator.clipboard.readText()')
  expect(JSON.parse(copied)).toMatchObject({
    type: 'taxes.create',
    method: 'POST',
    headers: { authorization: 'Bearer replaced-by-fic-dev' },
    body: '{"data":{"ids":[7]}}',
  })

  await page.getByRole('checkbox', { name: /Keep the tokens/ }).check()
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download the fixture taxes.create' }).click(),
  ])
  expect(file.suggestedFilename()).toBe('taxes.create.json')
  const saved = JSON.parse(await readFile(await file.path(), 'utf8')) as { headers: Record<string, string> }
  expect(saved.headers['authorization']).toMatch(/^Bearer eyJ/)
  const [all] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download all as NDJSON' }).click(),
  ])
  expect(all.suggestedFilename()).toBe('fixtures.ndjson')
  const lines = (await readFile(await all.path(), 'utf8')).trim().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual([
    'subscriptions.welcome',
    'taxes.create',
  ])
  expect(seen.faults).toEqual([])
})

test('a pasted token is explained claim by claim, compared with a notification, and refused in words', async () => {
  await using folder = await temporaryFolder()
  await using target = await startTarget()
  await using fic = await startDaemon(folder.path, forwardTo(target.url))
  await fic.daemon.trigger({ type: 'taxes.create' })
  const [, event] = await target.waitFor(2)
  await using seen = await visit(browser, openUrl(fic))
  const { page } = seen
  const verdict = (claim: string) =>
    page
      .getByRole('list', { name: 'Claims of the token' })
      .getByRole('listitem')
      .filter({ hasText: new RegExp(`^${claim}`) })
      .getAttribute('data-verdict')

  await page.getByRole('link', { name: 'Status' }).click()
  await page.getByRole('link', { name: 'Explain a pasted token' }).click()
  await page.getByRole('textbox', { name: 'Token' }).fill(event?.headers.authorization ?? '')
  await page.keyboard.press('Enter')
  await page.getByText('signature valid').waitFor()
  expect([await verdict('aud'), await verdict('jti')]).toEqual(['ok', 'shown'])
  expect(JSON.parse(await page.getByLabel('Header of the token').innerText())).toMatchObject({ alg: 'ES256' })

  // The welcome has another id, so that token is not its own.
  await page.getByRole('textbox', { name: 'Compare with notification' }).fill('2')
  await page.getByRole('button', { name: 'Explain', exact: true }).click()
  await page.getByText('signature invalid').waitFor()
  expect(await verdict('jti')).toBe('wrong')
  await page.getByRole('textbox', { name: 'Compare with notification' }).fill('99')
  await page.getByRole('button', { name: 'Explain', exact: true }).click()
  await page.getByText('There is no notification 99.').waitFor()
  expect(page.url()).not.toContain('eyJ')
  expect(seen.faults).toEqual([])
})
