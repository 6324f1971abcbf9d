/** A stop keeps what is not yet delivered. */

import { expect, test } from 'vitest'
import { forwardTo, startDaemon, temporaryFolder } from '../support/daemon.ts'
import { startTarget } from '../support/target.ts'

test('a delivery that the target does not answer is broken off by a stop, and made again after the start', async () => {
  await using folder = await temporaryFolder()
  await using target = await startTarget()
  const first = await startDaemon(folder.path, forwardTo(target.url))
  await target.waitFor(1)
  target.answerWith(() => {})
  await first.daemon.trigger({ type: 'taxes.create', ids: [5] })
  await target.waitFor(2)
  await first.close()

  target.answerWith(200)
  await using second = await startDaemon(folder.path, forwardTo(target.url))
  await target.waitFor(3)
  await second.until((message) => message.type === 'delivery' && message.delivery.verdict === 'delivered')

  const { deliveries } = (await (await second.api('/api/notifications/3')).json()) as {
    deliveries: { attempt: number; error: string | null; status: number | null }[]
  }
  expect(deliveries).toMatchObject([
    { attempt: 1, status: null, error: 'fic-dev stopped before the target answered' },
    { attempt: 2, status: 200, error: null },
  ])
})
