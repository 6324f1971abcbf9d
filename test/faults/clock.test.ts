/** The clock of the machine is set back or forward. Intervals are those of the timers, not of the clock. */

import { expect, test } from 'vitest'
import { forwardTo, startDaemon, temporaryFolder, type Told } from '../support/daemon.ts'
import { startTarget } from '../support/target.ts'

const hourMs = 60 * 60_000

type DeliveryTold = Extract<Told, { type: 'delivery' }>
const ended = (seq: number, verdict: string) => (message: Told) =>
  message.type === 'delivery' && message.delivery.seq === seq && message.delivery.verdict === verdict

test.for([
  ['set back by an hour', -hourMs],
  ['set forward by an hour', hourMs],
])('a delivery that waits for its next try is made in time when the clock is %s', async ([, jumpMs]) => {
  await using folder = await temporaryFolder()
  await using target = await startTarget()
  let offsetMs = 0
  const now = () => new Date(Date.now() + offsetMs)
  await using fic = await startDaemon(folder.path, forwardTo(target.url), { now })
  await target.waitFor(1)
  target.answerWith(500)
  await fic.daemon.trigger({ type: 'taxes.create', ids: [5] })
  const failed = (await fic.until(ended(3, 'retried'))) as DeliveryTold
  offsetMs = Number(jumpMs)
  target.answerWith(200)

  await fic.until(ended(3, 'delivered'))

  expect(failed.delivery).toMatchObject({ attempt: 1, nextAttemptAt: expect.any(String) })
  expect(target.received).toHaveLength(3)
})

test('deliveries that an earlier run left for a time far ahead of the clock are not left lying', async () => {
  await using folder = await temporaryFolder()
  await using target = await startTarget()
  const ahead = () => new Date(Date.now() + hourMs)
  const first = await startDaemon(folder.path, forwardTo(target.url), { now: ahead })
  await target.waitFor(1)
  await first.until(ended(2, 'delivered'))
  target.answerWith(500)
  await first.daemon.trigger({ type: 'taxes.create', ids: [5] })
  await first.until(ended(3, 'retried'))
  await first.close()

  target.answerWith(200)
  await using second = await startDaemon(folder.path, forwardTo(target.url))
  await second.until(ended(3, 'delivered'))

  // The emulator sends again what the first daemon had not answered before it was closed.
  await expect.poll(() => second.daemon.status().counts.waiting).toBe(0)
})
