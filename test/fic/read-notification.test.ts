import { describe, expect, test } from 'vitest'

import { readNotification, textOf, toHeaderPairs } from '../../src/fic/read-notification.ts'
import { binaryHeaders, event, get, nothing, post, sample, structuredBody, welcomeType } from './requests.ts'

describe('kinds', () => {
  test.each([{ data: { ids: [] } }, { data: {} }, {}, '', { data: { ids: null } }])(
    'a welcome with the body %j is a welcome without problems',
    (body) => {
      expect(readNotification(post({ ...binaryHeaders, 'ce-type': welcomeType }, body))).toEqual({
        ...event,
        kind: 'welcome',
        eventType: welcomeType,
        ids: [],
        cloudEvent: { ...sample, type: welcomeType },
      })
    },
  )

  test.each([
    'it.fattureincloud.webhooks.issued_documents.invoices.archive',
    'it.fattureincloud.api.invoices.create',
    'issued_documents.invoices.create',
  ])('the unknown type %s is an event, with a note', (type) => {
    expect(readNotification(post({ ...binaryHeaders, 'ce-type': type }))).toEqual({
      ...event,
      eventType: type,
      cloudEvent: { ...sample, type },
      problems: [`The event type "${type}" is not among those that Fatture in Cloud documents.`],
    })
  })

  test('a GET with a challenge is a verification', () => {
    const challenge = 'a1'.repeat(32)
    const headers = { 'x-fic-verification-challenge': challenge, Authorization: 'Bearer a.b.c' }
    expect(readNotification(get('/secret', headers))).toEqual({
      ...nothing,
      kind: 'verification',
      challenge,
      token: 'a.b.c',
    })
  })

  test('a GET with a challenge that cannot be answered is a verification with a problem', () => {
    expect(readNotification(get('/secret?x-fic-verification-challenge=a%0Ab'))).toEqual({
      ...nothing,
      kind: 'verification',
      problems: ['The challenge has 3 characters; it must consist of 1 to 512 visible ASCII characters.'],
    })
  })

  test('a GET without a challenge is unknown', () => {
    expect(readNotification(get('/secret'))).toEqual({
      ...nothing,
      problems: ['This GET has no challenge, neither in a header nor in the query.'],
    })
  })

  test('another method is unknown', () => {
    expect(readNotification({ ...post(binaryHeaders), method: 'PUT' })).toEqual({
      ...nothing,
      problems: ['Fatture in Cloud uses GET and POST, not "PUT".'],
    })
  })
})

describe('ids', () => {
  test('numbers and strings are kept as they are', () => {
    expect(readNotification(post(binaryHeaders, '{"data":{"ids":[1,"2","abc",0]}}')).ids).toEqual([
      1,
      '2',
      'abc',
      0,
    ])
  })

  test('whole numbers beyond 2^53 are strings of their digits', () => {
    const body =
      '{"data":{"ids":[0]},"x":"]","data":{"x":[1],"ids":[1,9007199254740993,"a",-90071992547409931]}}'
    expect(readNotification(post(binaryHeaders, body))).toEqual({
      ...event,
      ids: [1, '9007199254740993', 'a', '-90071992547409931'],
    })
  })

  test.each([
    ['[1,null]', 'One entry of data.ids is neither a string nor a whole number: null.'],
    ['[1,1.50]', 'One entry of data.ids is neither a string nor a whole number: 1.50.'],
    ['[1,1e400]', 'One entry of data.ids is neither a string nor a whole number: 1e400.'],
    [
      '[{},1,[2],true]',
      '3 entries of data.ids are neither strings nor whole numbers; the first of them: an object.',
    ],
  ])('odd entries of %s are told and left out', (ids, problem) => {
    expect(readNotification(post(binaryHeaders, `{"data":{"ids":${ids}}}`))).toEqual({
      ...event,
      ids: [1],
      problems: [problem],
    })
  })

  test.each([{ ids: [1] }, { data: [] }, { data: { data: { ids: [1] } } }, { data: { ids: [] } }, [], null])(
    'an event with the body %j has no ids, which is told',
    (body) => {
      expect(readNotification(post(binaryHeaders, JSON.stringify(body)))).toEqual({
        ...event,
        ids: [],
        problems: ['There are no ids at data.ids of the body.'],
      })
    },
  )

  test('ids that are no list are told', () => {
    expect(readNotification(post(binaryHeaders, { data: { ids: 3062300 } }))).toEqual({
      ...event,
      ids: [],
      problems: ['data.ids is 3062300, not a list.'],
    })
  })

  test('inherited members are no ids', () => {
    const request = post(binaryHeaders, '{"__proto__":{"data":{"ids":[1]}},"data":{"__proto__":{"ids":[1]}}}')
    expect(readNotification(request).ids).toEqual([])
  })

  test('a body of very many odd ids gives one problem', () => {
    const { problems } = readNotification(post(binaryHeaders, { data: { ids: Array(100_000).fill(null) } }))
    expect(problems).toHaveLength(1)
  })
})

describe('body', () => {
  test.each([
    ['', 'The body is empty.'],
    ['{"data":', 'The body is not JSON.'],
    ['\ufeff{}', 'The body is not JSON.'],
    [Buffer.from([0x7b, 0xff, 0x7d]), 'The body is not UTF-8.'],
  ])('an event with the unreadable body %j is still an event', (body, problem) => {
    expect(readNotification(post(binaryHeaders, body))).toEqual({ ...event, ids: [], problems: [problem] })
  })

  test('a body of a million brackets is survived', () => {
    const deep = `${'['.repeat(500_000)}${']'.repeat(500_000)}`
    expect(readNotification(post(binaryHeaders, `{"data":{"ids":[${deep}]}}`)).problems).toEqual([
      'One entry of data.ids is neither a string nor a whole number: a list.',
    ])
    expect(readNotification(post({}, `{"specversion":"1.0","id":${deep}}`)).problems).toContain(
      'The attribute id is a list, not a string.',
    )
  })

  test('text keeps its byte order mark, and is null when the bytes are not UTF-8', () => {
    expect(textOf(Buffer.from('\ufeffperché'))).toBe('\ufeffperché')
    expect(textOf(Buffer.alloc(0))).toBe('')
    expect(textOf(Buffer.from([0xc3]))).toBe(null)
    expect(textOf(Buffer.from([0xed, 0xa0, 0x80]))).toBe(null)
  })
})

test('header pairs keep case, order and repetitions', () => {
  expect(toHeaderPairs(['A', '1', 'b', '2', 'a', '3'])).toEqual([
    ['A', '1'],
    ['b', '2'],
    ['a', '3'],
  ])
})

test('text from outside stands in a problem short and without hidden characters', () => {
  const subject = `\u001b[31m\n\u202e\u009b${'x'.repeat(1000)}`
  const { problems } = readNotification(post({}, { ...structuredBody, subject }))
  expect(problems).toEqual([
    `The subject is "\\u001b[31m\\n\\u202e\\u009b${'x'.repeat(72)}…", not "company:<id>".`,
  ])
})
