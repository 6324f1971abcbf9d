import { expect, test } from 'vitest'

import { readNotification } from '../../src/fic/read-notification.ts'
import { binaryHeaders, event, post } from './requests.ts'

test.each([
  ['Bearer a.b.c', 'a.b.c'],
  ['bearer a.b.c', 'a.b.c'],
  ['BEARER   a.b.c ', 'a.b.c'],
  ['Bearer junk', 'junk'],
])('%j carries the token %s', (value, token) => {
  expect(readNotification(post({ ...binaryHeaders, authorization: value }))).toEqual({ ...event, token })
})

test.each(['', 'Bearer', 'Bearer ', 'Basic YTpi', 'a.b.c', 'Bearer a b', 'Bearera.b.c'])(
  '%j carries none, which is told',
  (value) => {
    expect(readNotification(post({ ...binaryHeaders, authorization: value }))).toEqual({
      ...event,
      problems: ['The Authorization header is not of the form "Bearer <token>".'],
    })
  },
)

test('of two different Authorization headers none is used', () => {
  const request = post([
    ...Object.entries(binaryHeaders),
    ['Authorization', 'Bearer true.token.1'],
    ['authorization', 'Bearer forged.token.2'],
  ])
  expect(readNotification(request)).toEqual({
    ...event,
    problems: ['There are 2 different Authorization headers; none of them was used.'],
  })
})

test('the same Authorization header twice is used, and told', () => {
  const request = post([
    ...Object.entries(binaryHeaders),
    ['Authorization', 'Bearer a.b.c'],
    ['authorization', 'Bearer a.b.c'],
  ])
  expect(readNotification(request)).toEqual({
    ...event,
    token: 'a.b.c',
    problems: ['The same Authorization header came 2 times.'],
  })
})
