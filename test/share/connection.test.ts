/** The connection that is kept, without a server: what it leaves behind. */

import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { KeptConnection } from '../../src/share/connection.ts'
import type { NatsConnection } from '../../src/share/client.ts'
import { silentLog } from '../../src/log.ts'

test('attempts that fail leave nothing behind, however long the server is away', async () => {
  let attempts = 0
  const open = async () => {
    attempts += 1
    if (attempts < 4) throw new Error('connection refused')
    return { isClosed: () => false, close: async () => {} } as unknown as NatsConnection
  }
  const left = await new Promise<number>((resolve) => {
    const kept = new KeptConnection({
      url: 'nats://127.0.0.1:1',
      open,
      async use(_connection, signal) {
        resolve(getEventListeners(signal, 'abort').length)
        void kept.close()
      },
      onState: () => {},
      onError: () => {},
      log: silentLog(),
    })
  })
  expect(left).toBe(0)
})

test('the pauses between connections grow until the server has acknowledged something', async () => {
  let resolve = () => {}
  const done = new Promise<void>((settle) => (resolve = settle))
  const uses = { silent: 0, acknowledging: 0 }
  const keep = (use: (acknowledged: () => void) => void) =>
    new KeptConnection({
      url: 'nats://127.0.0.1:1',
      open: async () => ({ isClosed: () => false, close: async () => {} }) as unknown as NatsConnection,
      async use(_connection, _signal, ready, acknowledged) {
        ready()
        use(acknowledged)
      },
      onState: () => {},
      onError: () => {},
      log: silentLog(),
    })
  const acknowledging = keep((acknowledged) => {
    uses.acknowledging++
    acknowledged()
  })
  const silent = keep(() => {
    if (++uses.silent === 4) resolve()
  })

  await done
  await Promise.all([acknowledging.close(), silent.close()])
  expect(uses.acknowledging).toBeGreaterThan(uses.silent)
})
