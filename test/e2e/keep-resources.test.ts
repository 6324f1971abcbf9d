/** Resources are stored only where that was asked for. */

import { expect, test } from 'vitest'
import type { ResourcesAnswer } from '../../src/contract/api.ts'
import { startDaemon, temporaryFolder } from '../support/daemon.ts'

const path = '/api/notifications/3/resources'

test.each([
  ['with --keep-resources what was fetched is there without a token', true, 200],
  ['without it nothing of a resource is stored', false, 409],
])('%s', async (_name, keepResources, statusAfter) => {
  await using folder = await temporaryFolder()
  const first = await startDaemon(folder.path, { keepResources })
  await first.daemon.trigger({ type: 'entities.clients.create', ids: [42] })
  await first.until((message) => message.type === 'notification' && message.notification.seq === 3)
  const fetched = (await (await first.api(path)).json()) as ResourcesAnswer
  expect(fetched.items).toMatchObject([{ id: 42, outcome: 'found', data: { id: 42 } }])
  await first.close()

  // No emulator and no token: nobody could be asked.
  await using second = await startDaemon(folder.path, { keepResources, emulator: false })
  const answer = await second.api(path)
  expect(answer.status).toBe(statusAfter)
  const { items } = (await answer.json()) as Partial<ResourcesAnswer>
  expect(items).toEqual(keepResources ? fetched.items : undefined)
})
