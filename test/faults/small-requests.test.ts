/** Single requests that 0.1 answered wrongly, or not at all. */

import { expect, test } from 'vitest'
import { openDelivery } from '../delivery/parts.ts'
import { openHouse, oneId } from '../support/house.ts'
import { startTarget } from '../support/target.ts'
import { openWire, toRequest } from '../support/wire.ts'

test('after a good request on one connection, anything that is not HTTP is answered and ends it', async () => {
  await using house = await openHouse()
  using wire = await openWire(house.port)
  const headers = house.headers().filter((line) => !line.startsWith('Connection'))
  wire.send(Buffer.concat([toRequest(`POST ${house.path}`, headers, oneId), Buffer.from('garbage\r\n\r\n')]))

  expect(await wire.answer()).toMatchObject({ status: 200 })
  // Garbage begins with a method that HTTP doesn't have.
  expect(await wire.answer()).toMatchObject({ status: 405 })
  expect(await wire.closed()).toContain('Connection: close')
})

test('a body whose chunks are damaged is answered 400, and the connection ends', async () => {
  await using house = await openHouse()
  using wire = await openWire(house.port)
  const headers = house.headers().filter((line) => !/^(Connection|Content-Length)/.test(line))
  wire.send(toRequest(`POST ${house.path}`, [...headers, 'Transfer-Encoding: chunked']))
  wire.send('zz\r\n')

  expect(await wire.answer()).toMatchObject({ status: 400 })
  await wire.closed()
})

test.each([201, 5_000, 60_000])('an asset with a name of %d letters is not found', async (length) => {
  await using house = await openHouse()
  const response = await fetch(`${house.fic.inspectorUrl}/assets/${'a'.repeat(length)}.js`)

  expect([response.status, await response.json()]).toMatchObject([
    404,
    { error: { code: 'FIC_DEV_E_NOT_FOUND' } },
  ])
})

test.each([
  ['a header name', { headers: [['X Shop', 'x']] as [string, string][] }],
  ['a header value', { headers: [['X-Shop', 'one\ntwo']] as [string, string][] }],
  ['a method', { method: 'POST ME' }],
])(
  'a notification with %s that HTTP does not allow is tried once, and the next one is delivered',
  async (_what, broken) => {
    await using target = await startTarget()
    const { capture, deliverer, until, store } = await openDelivery([target.url])
    await deliverer.start()

    const { seq } = await capture(broken)
    const next = await capture()
    const ended = await until((delivery) => delivery.seq === seq && delivery.verdict !== 'pending')
    await until((delivery) => delivery.seq === next.seq && delivery.verdict === 'delivered')

    expect(ended).toMatchObject({
      attempt: 1,
      verdict: 'dropped',
      nextAttemptAt: null,
      error: expect.stringContaining('not sent, because HTTP does not allow it: '),
    })
    expect(store.jobs.count()).toBe(0)
  },
)
