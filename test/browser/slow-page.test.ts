/** A page that hangs while notifications pour in has each of them exactly once, in order, when it goes on. */

import { Agent } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { fic as ficKeys } from '../support/tokens.ts'
import { post } from '../support/load.ts'
import { startDaemon, temporaryFolder } from '../support/daemon.ts'
import { eventually } from '../support/eventually.ts'
import { launchChromium, visit, type Visit } from './chromium.ts'
import { openUrl, seqs } from './looking.ts'

/** More than all buffers between the two hold: a row has 100 ids at most, here of 640 characters each. */
const flood = 320
const ids = Array.from({ length: 100 }, (_, index) => String(index).padStart(640, '0'))
const body = JSON.stringify({ data: { ids } })

/** From the newest to the oldest, as a person sees them who scrolls through. */
async function scrollThrough({ page }: Visit, seen: () => Promise<number[]>): Promise<number[]> {
  const list = page.getByRole('listbox', { name: 'Notifications' })
  const all: number[] = []
  while (all.at(-1) !== 1) {
    const last = all.at(-1) ?? Infinity
    await eventually(async () => (await seen()).some((seq) => seq < last)).toBe(true)
    all.push(...(await seen()).filter((seq) => seq < last))
    await list.evaluate((element) => element.scrollBy(0, element.clientHeight / 2))
  }
  return all
}

test('a page that stood still while 320 came shows each of them once, newest first', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path, { emulator: false, publicKey: ficKeys.publicPem })
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  onTestFinished(() => agent.destroy())
  let sent = 0
  const send = (count: number, text?: string) =>
    Promise.all(Array.from({ length: count }, () => post(fic.sinkUrl, `${++sent}:x`, agent, text)))
  const browser = await launchChromium()
  onTestFinished(() => browser.close())
  await send(2)
  await using seen = await visit(browser, openUrl(fic))
  await eventually(() => seqs(seen)).toEqual([2, 1])

  const session = await seen.page.context().newCDPSession(seen.page)
  const lagged: string[] = []
  session.on('Network.webSocketFrameReceived', ({ response: { payloadData } }) => {
    if (payloadData.startsWith('{"type":"lagged"')) lagged.push(payloadData)
  })
  await session.send('Network.enable')
  // The debugger stops the page at its next step, which is the first notification that comes.
  await session.send('Debugger.enable')
  const stopped = new Promise((resolve) => session.once('Debugger.paused', resolve))
  await session.send('Debugger.pause')
  await send(1)
  await stopped
  await send(flood, body)
  await session.send('Debugger.resume')
  await session.send('Debugger.disable')
  await eventually(async () => (await seqs(seen))[0]).toBe(3 + flood)
  await send(5)
  await eventually(async () => (await seqs(seen))[0]).toBe(8 + flood)

  expect(lagged).not.toEqual([])
  const newestFirst = Array.from({ length: 8 + flood }, (_, index) => 8 + flood - index)
  expect(await scrollThrough(seen, () => seqs(seen))).toEqual(newestFirst)
  expect(seen.faults).toEqual([])
})
