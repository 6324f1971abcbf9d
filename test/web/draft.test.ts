/** What a person changed in the composer, and the request that it makes. */

import { expect, test } from 'vitest'
import type { Notification } from '../../src/contract/notification.ts'
import { toDraft, toReplayRequest, withField, withHeader } from '../../web/src/draft.ts'

const notification = {
  eventType: 'it.fattureincloud.webhooks.cashbook.create',
  ids: [12, 'cash-7'],
  mapping: 'binary',
} as unknown as Notification

const to = 'http://localhost:3000/'
const untouched = toDraft(notification, to, 'original')

test('an untouched draft is a plain replay', () => {
  expect(toReplayRequest(untouched, notification)).toEqual({ to, sign: 'original' })
})

test('only what was changed is asked for', () => {
  const draft = withHeader(withField(untouched, { ids: '5, x', type: 'taxes.delete' }), 'X-Mine', {
    value: 'yes',
  })

  expect(toReplayRequest({ ...draft, sign: 'none' }, notification)).toEqual({
    to,
    sign: 'none',
    type: 'taxes.delete',
    ids: [5, 'x'],
    headers: { 'X-Mine': 'yes' },
  })
})

test('a header is changed once whatever its case, removed, and put back', () => {
  const twice = withHeader(withHeader(untouched, 'X-Mine', { value: '1' }), 'x-mine', { value: null })

  expect(twice.headers).toEqual({ 'x-mine': null })
  expect(withHeader(twice, 'X-MINE', null).headers).toEqual({})
})

test('ids keep what they are, and their digits', () => {
  const odd = { ...notification, ids: ['12', '9007199254740993', 7] }
  const draft = withField(toDraft(odd, to, 'original'), {
    ids: '12, 9007199254740993, 8, 9007199254740995, 007',
  })

  expect(toReplayRequest(draft, odd).ids).toEqual(['12', '9007199254740993', 8, '9007199254740995', '007'])
})

test('ids that were typed into a body keep their digits', () => {
  const draft = { ...untouched, body: '{"data":{"ids":[1]},"data":{"ids":[9007199254740993,"a"]}}' }

  expect(withField(draft, { mapping: 'structured' }).ids).toBe('9007199254740993, a')
})

const byHand = { ...untouched, body: '{"data":{"ids":[99]},"more":1}' }

test('with another mapping a body by hand is written anew, with the ids that were typed into it', () => {
  expect(withField(byHand, { mapping: 'structured' })).toMatchObject({
    mapping: 'structured',
    ids: '99',
    body: null,
  })
})

test('with other ids a body by hand is written anew', () => {
  expect(withField(byHand, { ids: '1' })).toMatchObject({ ids: '1', body: null })
})

test('another type stands in a header of the binary mapping, so a body by hand stays', () => {
  expect(withField(byHand, { type: 'taxes.create' })).toMatchObject({
    type: 'taxes.create',
    body: byHand.body,
  })
  expect(withField({ ...byHand, mapping: 'structured' }, { type: 'taxes.create' })).toMatchObject({
    body: null,
  })
})

test('a body by hand that cannot be read leaves the ids alone', () => {
  expect(withField({ ...byHand, body: 'no json' }, { mapping: 'structured' })).toMatchObject({
    ids: '12, cash-7',
  })
})
