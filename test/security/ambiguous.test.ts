/** What decides about a notification and is there twice, with different values, makes it invalid. */

import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TokenExplanation } from '../../src/contract/api.ts'
import { subject } from '../support/tokens.ts'
import { invoiceCreated, newId, oneId, openHouse, withHeader, type House } from '../support/house.ts'
import { toRequest } from '../support/wire.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house[Symbol.asyncDispose]())

const post = (headers: readonly string[], body = oneId) =>
  house.capture(toRequest(`POST ${house.path}`, headers, body))

const twice: [name: string, other: string, reason: RegExp][] = [
  [
    'ce-id',
    '198:other',
    /^The header ce-id came 2 times, with 2 different values: "198:[^"]+" and "198:other"\.$/,
  ],
  ['ce-type', 'it.other.type', /^The header ce-type came .*: "it\.fatt.*\.create" and "it\.other\.type"\.$/],
  ['ce-subject', 'company:1', /^The header ce-subject came .*: "company:12345" and "company:1"\.$/],
  ['ce-source', 'x', /^The header ce-source came 2 times/],
  ['ce-time', '2024-04-04T12:54:21+02:00', /^The header ce-time came 2 times/],
  ['ce-specversion', '0.3', /^The header ce-specversion came 2 times/],
  ['content-type', 'application/cloudevents+json', /^The header content-type came 2 times/],
  // An app behind CGI sees one variable.
  ['CE_ID', '198:other', /^The header ce-id came 2 times/],
]

test.each(twice)('%s twice, with different values: invalid, with the reason', async (name, other, reason) => {
  const { answer, notification } = await post([...house.headers(), `${name}: ${other}`])

  expect(answer.status).toBe(200)
  expect(notification.signature.outcome).toBe('invalid')
  expect(notification.signature.problems).toEqual([expect.stringMatching(reason)])
  // As it came.
  expect(notification.headers).toContainEqual([name, other])
  expect(house.target.received).toEqual([])
})

test('two tokens: invalid, and neither of them is in the reason', async () => {
  const { notification } = await post([...house.headers(), 'authorization: Bearer abc.def.ghi'])

  expect(notification.signature.outcome).toBe('invalid')
  expect(notification.signature.problems).toContain(
    'The header authorization came 2 times, with 2 different values.',
  )
  expect(JSON.stringify(notification.signature.problems)).not.toContain('Bearer')
  expect(house.target.received).toEqual([])
})

const name = 'x-fic-verification-challenge'

test.each([
  ['in the header and in the query', `?${name}=abc`, [`${name}: def`], '"def" and "abc"'],
  ['twice in the header', '', [`${name}: abc`, `${name}: def`], '"abc" and "def"'],
  ['twice in the query', `?${name}=abc&${name}=def`, [], '"abc" and "def"'],
])('a challenge %s: not answered, and invalid with the reason', async (_where, query, headers, values) => {
  const bearer = `Authorization: Bearer ${house.token('any')}`
  const { answer, notification } = await house.capture(
    toRequest(`GET ${house.path}${query}`, ['Host: x', 'Connection: close', bearer, ...headers]),
  )

  expect(answer.status).toBe(400)
  expect(notification.signature).toMatchObject({
    outcome: 'invalid',
    problems: [`The challenge came 2 times, with 2 different values: ${values}.`],
  })
})

test.each([
  ['application/cloudevents+json', 'the body counts'],
  ['application/json', 'the headers count'],
])('both mappings in one request, with different ids, under %s: invalid', async (contentType) => {
  const id = newId()
  const structured = `{"id":"198:other","sp\\u0065cversion":"1.0","type":"${invoiceCreated}","subject":"${subject}"}`
  const { notification } = await post(
    withHeader(house.headers({ id }), 'Content-Type', contentType),
    structured,
  )

  expect(notification.signature.outcome).toBe('invalid')
  expect(notification.signature.problems).toContain(
    `The header ce-id is "${id}", and id in the body is "198:other".`,
  )
})

test('the explanation of its token says the same', async () => {
  const { notification } = await post([...house.headers(), 'ce-id: 198:other'])
  const asked = { method: 'POST', body: JSON.stringify({ notification: notification.seq }) }
  const told = (await (await house.fic.api('/api/token', asked)).json()) as TokenExplanation

  expect(told).toMatchObject({ outcome: 'invalid', problems: notification.signature.problems })
})

test('everything twice, with equal values, is valid and reaches the target', async () => {
  const headers = house.headers()
  const again = headers.filter((line) => /^(ce-|content-type|authorization)/i.test(line))
  const { notification } = await post([...headers, ...again])

  expect(notification.signature).toMatchObject({ outcome: 'valid', problems: [] })
  await house.target.waitFor(1)
  expect(house.target.received).toHaveLength(1)
})
