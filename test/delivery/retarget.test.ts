import { expect, test } from 'vitest'
import { sampleCapture } from '../support/capture.ts'
import { startTarget } from '../support/target.ts'
import { ofType, openDelivery, toTarget } from './parts.ts'

const ceIds = (requests: readonly { headers: Record<string, unknown> }[]) =>
  requests.map(({ headers }) => headers['x-fic-dev-notification'])

test('deliveries that wait for a target that is gone follow to the new one, in order and before newer ones', async () => {
  await using gone = await startTarget()
  await gone.close()
  await using next = await startTarget()
  const { capture, deliverer, untilTarget } = await openDelivery([gone.url])
  await deliverer.start()
  await capture()
  await capture()
  await untilTarget(({ health }) => health === 'unreachable')

  const changed = deliverer.retarget([toTarget(next.url)])
  await capture()

  expect((await changed).ended).toBe(0)
  expect(ceIds(await next.waitFor(3))).toEqual(['1', '2', '3'])
  expect(deliverer.status().map(({ url }) => url)).toEqual([next.url])
})

test('an attempt under way at the old target may end, and is not repeated', async () => {
  let answer = () => {}
  await using old = await startTarget(0, (_request, response) => {
    answer = () => response.writeHead(200).end()
  })
  await using next = await startTarget()
  const { capture, deliverer, until } = await openDelivery([old.url])
  await deliverer.start()
  await capture()
  await capture()
  await old.waitFor(1)

  const changed = deliverer.retarget([toTarget(next.url)])
  answer()

  expect(await changed).toEqual({ moved: 1, ended: 0 })
  await until(({ seq, verdict }) => seq === 2 && verdict === 'delivered')
  expect([ceIds(old.received), ceIds(next.received)]).toEqual([['1'], ['2']])
})

test('an attempt at an old target that hangs is aborted, and repeated first at the new one', async () => {
  await using old = await startTarget(0, () => {})
  await using next = await startTarget()
  const { capture, deliverer, told } = await openDelivery([old.url])
  await deliverer.start()
  await capture()
  await capture()
  await old.waitFor(1)

  expect(await deliverer.retarget([toTarget(next.url)])).toEqual({ moved: 2, ended: 0 })

  expect(ceIds(await next.waitFor(2))).toEqual(['1', '2'])
  expect(told.find(({ target, verdict }) => target === old.url && verdict !== 'pending')).toMatchObject({
    error: 'the target was changed before it answered',
  })
})

test('without targets deliveries wait, and follow to the next target', async () => {
  await using gone = await startTarget()
  await gone.close()
  await using next = await startTarget()
  const { store, capture, deliverer, untilTarget } = await openDelivery([gone.url])
  await deliverer.start()
  await capture()
  await untilTarget(({ health }) => health === 'unreachable')

  await deliverer.retarget([])
  expect([deliverer.status(), deliverer.targetsFor(null), store.counts().waiting]).toEqual([[], [], 1])

  await deliverer.retarget([toTarget(next.url)])
  await next.waitFor(1)
})

test('a delivery of a type that no new target takes ends; one for a target that stays is left there', async () => {
  await using stays = await startTarget(0, 503)
  await using gone = await startTarget()
  await gone.close()
  const { store, capture, deliverer, untilTarget, until } = await openDelivery([
    { url: stays.url, types: ['taxes.*'] },
    gone.url,
  ])
  await deliverer.start()
  await capture(ofType('taxes.create'))
  await capture(ofType('products.create'))
  await until(({ seq, verdict }) => seq === 1 && verdict === 'retried')
  await untilTarget(({ url, health }) => url === gone.url && health === 'unreachable')

  const changed = await deliverer.retarget([toTarget({ url: stays.url, types: ['taxes.*'] })])

  expect([changed, store.counts().waiting]).toEqual([{ moved: 0, ended: 1 }, 1])
})

test('a target that comes while forwarding is paused sends nothing until it goes on', async () => {
  await using next = await startTarget()
  const { capture, deliverer } = await openDelivery([])
  await deliverer.start()
  deliverer.pause(true)

  await deliverer.retarget([toTarget(next.url)])
  await capture()

  expect([deliverer.status()[0]?.paused, next.received.length]).toEqual([true, 0])
  deliverer.pause(false)
  await next.waitFor(1)
})

test('a capture that was queued for a target that is gone follows with the next capture', async () => {
  await using gone = await startTarget()
  await gone.close()
  await using next = await startTarget()
  const { store, capture, deliverer } = await openDelivery([gone.url])
  await deliverer.start()
  await deliverer.retarget([toTarget(next.url)])

  await store.capture(sampleCapture(), { targets: [gone.url] })

  await next.waitFor(1)
  await capture()
  expect(ceIds(await next.waitFor(2))).toEqual(['1', '2'])
})
