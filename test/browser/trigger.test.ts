/** The laboratory in a real browser: many events with progress and a stop, stories, the clock, the faults. */

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Notification } from '../../src/contract/notification.ts'
import { startDaemon, temporaryFolder, type TestDaemon } from '../support/daemon.ts'
import { eventually } from '../support/eventually.ts'
import { findBarriers } from './accessibility.ts'
import { launchChromium, visit, type Visit } from './chromium.ts'

let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(() => browser.close())

async function openLaboratory(fic: TestDaemon) {
  const seen = await visit(browser, fic.daemon.addresses().openUrl)
  await seen.rows.first().waitFor()
  await seen.page.keyboard.press('t')
  const laboratory = seen.page.getByRole('dialog', { name: 'Emulator' })
  await laboratory.waitFor()
  return { seen, laboratory, tab: (name: string) => laboratory.getByRole('tab', { name }).click() }
}

/** Events in the order in which they came. */
async function eventsOf(fic: TestDaemon): Promise<Notification[]> {
  const answer = await fic.api('/api/notifications?kind=event&limit=1000')
  return ((await answer.json()) as { items: Notification[] }).items.toReversed()
}

const typesOf = async (fic: TestDaemon) =>
  (await eventsOf(fic)).map(({ eventType }) => eventType?.replace('it.fattureincloud.webhooks.', ''))

async function play({ page }: Visit, name: string): Promise<void> {
  const laboratory = page.getByRole('dialog', { name: 'Emulator' })
  await laboratory.getByRole('tab', { name: 'Scenario' }).click()
  await laboratory.getByRole('button', { name: `Play ${name}` }).click()
  await laboratory.getByRole('status').filter({ hasText: 'Sent' }).waitFor()
}

test('events at a rate are stopped in the middle, and the number that went out is said', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  const { seen, laboratory } = await openLaboratory(fic)
  await using _page = seen

  await laboratory.getByLabel('How many events').fill('500')
  await laboratory.getByRole('combobox', { name: 'How fast' }).click()
  await seen.page.getByRole('option', { name: '20 a second' }).click()
  expect(await findBarriers(seen.page, '[role=dialog]')).toEqual([])
  await laboratory.getByRole('button', { name: 'Send' }).click()
  await laboratory.getByRole('progressbar', { name: 'Progress' }).waitFor()
  await eventually(async () => (await eventsOf(fic)).length).toBeGreaterThan(2)
  await laboratory.getByRole('button', { name: 'Close' }).click()
  // It goes on beside the closed laboratory, and is stopped there.
  await seen.page.getByRole('button', { name: /\d+ of 500/ }).click()
  await seen.page.getByRole('button', { name: 'Trigger', exact: true }).click()

  const says = laboratory.getByRole('status')
  await eventually(() => says.innerText()).toContain('Stopped after')
  const sent = Number(/after (\d+) of 500/.exec(await says.innerText())?.[1])
  await eventually(async () => (await eventsOf(fic)).length).toBe(sent)
  expect(seen.faults).toEqual([])
})

test('many at once all go out', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  const { seen, laboratory } = await openLaboratory(fic)
  await using _page = seen

  await laboratory.getByLabel('How many events').fill('120')
  await laboratory.getByRole('button', { name: 'Send' }).click()

  await laboratory.getByText('Sent all 120').waitFor()
  await eventually(async () => (await eventsOf(fic)).length).toBe(120)
  expect(seen.faults).toEqual([])
})

test('the life of an invoice: three events about one id', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  const { seen, laboratory, tab } = await openLaboratory(fic)
  await using _page = seen
  await tab('Scenario')
  await laboratory.getByLabel('About the id').fill('77')
  expect(await findBarriers(seen.page, '[role=dialog]')).toEqual([])

  await play(seen, 'Life of an invoice')

  await eventually(() => typesOf(fic)).toEqual([
    'issued_documents.invoices.create',
    'issued_documents.invoices.update',
    'issued_documents.invoices.email_sent',
  ])
  expect((await eventsOf(fic)).map(({ ids }) => ids)).toEqual([[77], [77], [77]])
  expect(seen.faults).toEqual([])
})

test('an electronic invoice, and an import of 200 ids', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  const { seen } = await openLaboratory(fic)
  await using _page = seen

  await play(seen, 'Electronic invoice')
  await eventually(() => typesOf(fic)).toEqual([
    'received_documents.e_invoices.receive',
    'issued_documents.invoices.create',
    'issued_documents.e_invoices.status_update',
    'issued_documents.e_invoices.status_update',
    'issued_documents.e_invoices.status_update',
  ])
  await play(seen, 'Import from Excel')
  await eventually(async () => (await eventsOf(fic)).at(-1)?.ids.length).toBe(200)
  expect(seen.faults).toEqual([])
})

test('twins come twice and no other event does; out of order is out of order', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  const { seen, tab } = await openLaboratory(fic)
  await using _page = seen

  await play(seen, 'Twins')
  await eventually(async () => (await eventsOf(fic)).length).toBe(2)
  const [first, second] = await eventsOf(fic)
  expect(second?.twinOf).toBe(first?.seq)
  const faults = (await (await fic.api('/api/emulator/faults')).json()) as object
  expect(faults).toMatchObject({ twins: false, wrongOrder: false })

  await play(seen, 'Out of order')
  await eventually(async () => (await eventsOf(fic)).length).toBe(5)
  const order = (await typesOf(fic)).slice(2)
  expect(order).toHaveLength(3)
  expect(order).not.toEqual(['products.create', 'products.update', 'products.delete'])
  await tab('Event')
  expect(seen.faults).toEqual([])
})

test('the clock goes ten days ahead, and what comes then carries that day', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  const { seen, laboratory, tab } = await openLaboratory(fic)
  await using _page = seen
  await tab('Clock')
  await laboratory.getByText('For the emulator it is').waitFor()
  expect(await findBarriers(seen.page, '[role=dialog]')).toEqual([])

  await laboratory.getByRole('button', { name: '10 days' }).click()

  await laboratory.getByText('10 days ahead').waitFor()
  await fic.daemon.trigger({ type: 'taxes.create' })
  await eventually(async () => (await eventsOf(fic)).length).toBe(1)
  const [event] = await eventsOf(fic)
  const aheadMs = new Date(event?.cloudEvent?.time ?? 0).getTime() - Date.now()
  expect(Math.round(aheadMs / 86_400_000)).toBe(10)
  expect(seen.faults).toEqual([])
})

test('faults are switched on and off, and do what they say', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  const { seen, laboratory, tab } = await openLaboratory(fic)
  await using _page = seen
  const faults = async () => (await (await fic.api('/api/emulator/faults')).json()) as Record<string, unknown>
  await tab('Faults')

  await laboratory.getByRole('switch', { name: 'Changed key' }).click()
  await laboratory.getByLabel('Ids of an event').fill('3')
  await laboratory.getByLabel('Ids of an event').press('Enter')
  await eventually(faults).toMatchObject({ changedKey: true, manyIds: 3, twins: false })
  expect(await findBarriers(seen.page, '[role=dialog]')).toEqual([])
  await fic.daemon.trigger({ type: 'taxes.create' })
  await eventually(() => seen.rows.first().innerText()).toContain('invalid')
  expect((await eventsOf(fic)).at(-1)?.ids).toHaveLength(3)

  await laboratory.getByRole('button', { name: 'Nothing wrong any more' }).click()
  await eventually(faults).toMatchObject({ changedKey: false, manyIds: 1 })
  expect(seen.faults).toEqual([])
})

test('an event that nobody is subscribed to is refused in words', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path, { types: ['taxes.create'] })
  const { seen, laboratory } = await openLaboratory(fic)
  await using _page = seen

  await laboratory.getByRole('button', { name: 'Send' }).click()

  await laboratory.getByText('No subscription holds issued_documents.invoices.create.').waitFor()
  expect(await eventsOf(fic)).toEqual([])
})
