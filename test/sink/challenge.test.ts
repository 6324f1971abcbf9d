/** The verification challenge, by header and by query, and those that cannot be answered (docs/protocol.md#2-verification). */

import { afterAll, beforeAll, expect, test } from 'vitest'
import { openHouse, type House } from '../support/house.ts'
import { toRequest } from '../support/wire.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house[Symbol.asyncDispose]())

const challenge = '6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b'
const name = 'x-fic-verification-challenge'
const host = ['Host: brave-otter.example.com', 'Connection: close']

const bearer = (claims: Record<string, unknown> = {}) => `Authorization: Bearer ${house.token('any', claims)}`

test.each([
  ['by header', '', `${name}: ${challenge}`],
  ['by header, in another case', '', `X-FIC-Verification-Challenge: ${challenge}`],
  ['by query', `?${name}=${challenge}`, 'X-Else: 1'],
  ['by both, the same', `?${name}=${challenge}`, `${name}: ${challenge}`],
])('a challenge %s is answered', async (_how, query, header) => {
  const { answer, notification } = await house.capture(
    toRequest(`GET ${house.path}${query}`, [...host, header, bearer()]),
  )

  expect(answer).toMatchObject({
    status: 200,
    headers: { 'content-type': expect.stringMatching(/^application\/json/) },
  })
  expect(JSON.parse(answer.body)).toEqual({ verification: challenge })
  expect(notification).toMatchObject({
    kind: 'verification',
    method: 'GET',
    path: house.path + query,
    signature: { outcome: 'valid' },
    answer: { status: 200, body: answer.body },
    problems: [],
    deliveries: [],
  })
})

test('a token whose audience holds the sink with the query is as good', async () => {
  const query = `?${name}=${challenge}`
  const { notification } = await house.capture(
    toRequest(`GET ${house.path}${query}`, [...host, bearer({ aud: [house.fic.sinkUrl + query] })]),
  )

  expect(notification.signature.outcome).toBe('valid')
})

test('an unsigned challenge is answered too, and marked as unsigned', async () => {
  const { answer, notification } = await house.capture(
    toRequest(`GET ${house.path}`, [...host, `${name}: ${challenge}`]),
  )

  expect(JSON.parse(answer.body)).toEqual({ verification: challenge })
  expect(notification.signature.outcome).toBe('missing')
})

test.each([
  ['of 512 characters', 'c'.repeat(512), 'c'.repeat(512)],
  ['with quotes and angle brackets', '"<script>\\', '"<script>\\'],
])('a challenge %s comes back as it is, as JSON', async (_what, given, back) => {
  const { answer } = await house.capture(
    toRequest(`GET ${house.path}`, [...host, `${name}: ${given}`, bearer()]),
  )

  expect(answer.status).toBe(200)
  expect(JSON.parse(answer.body)).toEqual({ verification: back })
})

test.each([
  ['of 513 characters', '', `${name}: ${'c'.repeat(513)}`],
  ['that is empty', `?${name}=`, 'X-Else: 1'],
  ['with a space', `?${name}=a%20b`, 'X-Else: 1'],
  ['with a line end', `?${name}=a%0d%0ab`, 'X-Else: 1'],
  ['beyond ASCII', `?${name}=%C3%A8`, 'X-Else: 1'],
  ['that differs in header and query', `?${name}=abc`, `${name}: def`],
  ['that came twice and differs', `?${name}=abc&${name}=def`, 'X-Else: 1'],
])('a challenge %s is kept, and not repeated in the answer', async (_what, query, header) => {
  const { answer, notification } = await house.capture(
    toRequest(`GET ${house.path}${query}`, [...host, header, bearer()]),
  )

  expect(answer.status).toBe(400)
  expect(answer.body).not.toMatch(/verification"|abc|def|ccc/)
  expect(notification).toMatchObject({ kind: 'verification', answer: { status: 400 } })
  expect(notification.problems).toHaveLength(1)
})

test('a GET without a challenge is kept as unknown', async () => {
  const { answer, notification } = await house.capture(toRequest(`GET ${house.path}?a=1`, host))

  expect(answer).toMatchObject({ status: 200, body: '' })
  expect(notification).toMatchObject({
    kind: 'unknown',
    problems: ['This GET has no challenge, neither in a header nor in the query.'],
  })
})
