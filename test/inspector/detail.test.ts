/** What the API adds to one notification: its twins, and the preview of a replay. */

import { expect, test } from 'vitest'
import type { ReplayRequest } from '../../src/contract/api.ts'
import { openRoom, toCapture } from './room.ts'

test('twins are all the others with the same id, and whether their body is the same', async () => {
  await using room = await openRoom()
  const { cloudEvent } = toCapture()
  const first = await room.capture({ cloudEvent })
  await room.capture()
  const same = await room.capture({ cloudEvent })
  const other = await room.capture({ cloudEvent, body: Buffer.from('{"data":{"ids":[2]}}') })

  const twins = (seq: number) => room.json(`/api/notifications/${seq}/twins`)
  expect(await twins(first.seq)).toEqual({
    items: [
      { seq: same.seq, receivedAt: same.receivedAt, signature: 'valid', sameBody: true },
      { seq: other.seq, receivedAt: other.receivedAt, signature: 'valid', sameBody: false },
    ],
  })
  expect(await twins(other.seq)).toMatchObject({
    items: [
      { seq: first.seq, sameBody: false },
      { seq: same.seq, sameBody: false },
    ],
  })
})

test('what has no id or is not kept has no twins', async () => {
  await using room = await openRoom()
  const none = await room.capture({ cloudEvent: null })
  await room.capture({ cloudEvent: null })

  expect(await room.json(`/api/notifications/${none.seq}/twins`)).toEqual({ items: [] })
  expect(await room.json('/api/notifications/99/twins')).toEqual({ items: [] })
})

test('a preview is asked for as the replay is', async () => {
  const asked: [number, ReplayRequest][] = []
  const answer = { method: 'POST', url: 'http://localhost:3000/', headers: [], body: '{}' }
  await using room = await openRoom({
    preview: async (seq, request) => {
      asked.push([seq, request])
      return answer
    },
  })
  const request = { type: 'taxes.create', ids: [1, 'a'], sign: 'none', mapping: 'structured' }

  const init = { method: 'POST', body: JSON.stringify(request) }
  expect(await room.json('/api/notifications/4/preview', init)).toEqual(answer)
  expect(asked).toEqual([[4, request]])
})
