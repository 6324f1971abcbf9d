/** Edit and replay in a real browser: what is changed, what differs, what goes out, what came back. */

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { forwardTo, startDaemon, temporaryFolder, type TestDaemon } from '../support/daemon.ts'
import { startTarget, type Target } from '../support/target.ts'
import { eventually } from '../support/eventually.ts'
import { findBarriers } from './accessibility.ts'
import { launchChromium, visit } from './chromium.ts'

let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(() => browser.close())

/** The page with the composer open on one event, and the app to which it goes. */
async function openComposer(fic: TestDaemon, target: Target) {
  await fic.daemon.trigger({ type: 'issued_documents.invoices.create', ids: [3062300] })
  await target.waitFor(2)
  const seen = await visit(browser, fic.daemon.addresses().openUrl)
  await seen.rows.first().click()
  await seen.detail.getByRole('heading', { name: 'Invoice 3062300 was created' }).waitFor()
  await seen.page.keyboard.press('e')
  const composer = seen.page.getByRole('dialog', { name: 'Edit and replay no. 3' })
  await composer.waitFor()
  await composer.getByText('Nothing differs.').waitFor()
  return { seen, composer, editor: composer.getByRole('textbox', { name: 'Body to be sent' }) }
}

test('changed type, ids, mapping and signature go out as the difference said, and the answer stands beside it', async () => {
  await using folder = await temporaryFolder()
  await using target = await startTarget(0, (_request, response) => {
    response.writeHead(418, { 'x-app': 'yes' }).end('{"teapot":true}')
  })
  await using fic = await startDaemon(folder.path, forwardTo(target.url))
  const { seen, composer, editor } = await openComposer(fic, target)
  await using _page = seen
  expect(new URL(seen.page.url()).hash).toBe('#/n/3/edit')

  await composer.getByRole('combobox', { name: 'Event type' }).fill('entities.clients.delete')
  await composer.getByRole('textbox', { name: 'Ids' }).fill('7, cash-8')
  await composer.getByText('Structured', { exact: true }).click()
  await composer.getByText('None', { exact: true }).click()
  await eventually(() => editor.innerText()).toContain('"ids":[7,"cash-8"]')
  const headers = composer.getByRole('table', { name: 'Headers' })
  await eventually(() => headers.getByRole('row').filter({ hasText: 'ce-type' }).count()).toBe(1)
  expect(await headers.getByRole('row').filter({ hasText: 'Authorization' }).innerText()).toContain(
    'only here',
  )
  expect(target.received).toHaveLength(2)
  expect(await findBarriers(seen.page, '[role=dialog]')).toEqual([])

  await composer.getByRole('button', { name: 'Send' }).click()

  const answer = composer.getByRole('region', { name: 'Answer', exact: true })
  await answer.getByText('418', { exact: true }).waitFor()
  await answer.getByText('Fatture in Cloud would drop it at once').waitFor()
  expect(JSON.parse(await answer.getByLabel('Body of the answer').innerText())).toEqual({ teapot: true })
  const sent = target.received.at(-1)
  expect(sent?.headers.authorization).toBeUndefined()
  expect(sent?.headers['content-type']).toBe('application/cloudevents+json')
  expect(JSON.parse(sent?.body.toString() ?? '')).toMatchObject({
    type: 'it.fattureincloud.webhooks.entities.clients.delete',
    subject: 'company:108061',
    data: { ids: [7, 'cash-8'] },
  })

  await seen.page.keyboard.press('Escape')
  await eventually(() => composer.count()).toBe(0)
  expect(new URL(seen.page.url()).hash).toBe('#/n/3')
  const deliveries = seen.detail.getByRole('list', { name: 'Deliveries' }).getByRole('listitem')
  await eventually(() => deliveries.first().innerText()).toContain('replay, no signature')
  expect(seen.faults).toEqual([])
})

test('a body by hand goes out as it was written, by the keyboard alone', async () => {
  await using folder = await temporaryFolder()
  await using target = await startTarget()
  await using fic = await startDaemon(folder.path, forwardTo(target.url))
  const { seen, composer, editor } = await openComposer(fic, target)
  await using _page = seen

  await editor.click()
  await seen.page.keyboard.press('ControlOrMeta+a')
  await seen.page.keyboard.insertText('{"data": broken è')
  await composer.getByText('It is not JSON, and goes out all the same.').waitFor()
  await composer.getByRole('table', { name: 'Body' }).waitFor()
  await seen.page.keyboard.press('ControlOrMeta+Enter')
  await composer.getByRole('region', { name: 'Answer', exact: true }).getByText('200').waitFor()
  expect(target.received.at(-1)?.body.toString()).toBe('{"data": broken è')

  await composer.getByRole('button', { name: 'Write it from the fields again' }).click()
  await eventually(() => editor.innerText()).toBe('{"data":{"ids":[3062300]}}')
  await composer.getByText('Nothing differs.').waitFor()
  expect(seen.faults).toEqual([])
})

test('headers are changed, removed, added and put back; another target is asked for', async () => {
  await using folder = await temporaryFolder()
  await using target = await startTarget()
  await using elsewhere = await startTarget()
  await using fic = await startDaemon(folder.path, forwardTo(target.url))
  const { seen, composer } = await openComposer(fic, target)
  await using _page = seen

  await composer.getByRole('textbox', { name: 'User-Agent' }).fill('somebody else')
  await composer.getByRole('button', { name: 'Remove ce-time' }).click()
  await composer.getByRole('button', { name: 'Remove ce-source' }).click()
  await composer.getByRole('button', { name: 'Put ce-source back' }).click()
  await composer.getByRole('textbox', { name: 'Name of another header' }).fill('X-Mine')
  await composer.getByRole('textbox', { name: 'Value of another header' }).fill('yes')
  await composer.getByRole('button', { name: 'Add' }).click()
  await composer.getByRole('combobox', { name: 'Target' }).fill(elsewhere.url)
  await composer.getByText('4 lines differ.').waitFor()
  await composer.getByRole('button', { name: 'Send' }).click()

  const [request] = await elsewhere.waitFor(1)
  expect(request?.headers).toMatchObject({
    'user-agent': 'somebody else',
    'x-mine': 'yes',
    'ce-source': 'https://api-v2.fattureincloud.it',
  })
  expect(request?.headers).not.toHaveProperty('ce-time')
  expect(target.received).toHaveLength(2)
  expect(seen.faults).toEqual([])
})

test('a target that may not be called is refused in words, and nothing is sent', async () => {
  await using folder = await temporaryFolder()
  await using target = await startTarget()
  await using fic = await startDaemon(folder.path, forwardTo(target.url))
  const { seen, composer } = await openComposer(fic, target)
  await using _page = seen

  await composer.getByRole('combobox', { name: 'Target' }).fill('http://169.254.169.254/')

  await composer.getByRole('alert').waitFor()
  expect(await composer.getByRole('alert').innerText()).toContain('169.254.169.254')
  expect(target.received).toHaveLength(2)
})

test('the address of the composer opens it', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  await using seen = await visit(browser, fic.daemon.addresses().openUrl)
  await seen.rows.first().waitFor()

  await seen.page.goto(`${fic.inspectorUrl}/#/n/2/edit`)

  await seen.page.getByRole('dialog', { name: 'Edit and replay no. 2' }).waitFor()
  expect(seen.faults).toEqual([])
})
