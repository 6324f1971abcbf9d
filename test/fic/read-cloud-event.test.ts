import { CloudEvent, HTTP } from 'cloudevents'
import { describe, expect, test } from 'vitest'

import { readNotification } from '../../src/fic/read-notification.ts'
import { binaryHeaders, event, nothing, post, sample, structuredBody } from './requests.ts'

describe('mapping', () => {
  test('attributes in headers are the binary mapping', () => {
    expect(readNotification(post(binaryHeaders))).toEqual(event)
  })

  test.each([
    'application/json',
    'application/cloudevents+json',
    'Application/CloudEvents+JSON; charset=utf-8',
    'text/plain',
    undefined,
  ])('a body with specversion and no ce- headers is structured under the content type %s', (contentType) => {
    const request = post({ 'Content-Type': contentType }, structuredBody)
    expect(readNotification(request)).toEqual({ ...event, mapping: 'structured' })
  })

  test('header names are read in any case', () => {
    const upper = Object.fromEntries(
      Object.entries(binaryHeaders).map(([name, value]) => [name.toUpperCase(), value]),
    )
    expect(readNotification(post(upper))).toEqual(event)
  })

  test('ce- headers under a structured content type are binary, with a note', () => {
    const request = post({ ...binaryHeaders, 'Content-Type': 'application/cloudevents+json' })
    expect(readNotification(request)).toEqual({
      ...event,
      problems: [
        'The content type "application/cloudevents+json" promises a structured body; the attributes are in headers.',
      ],
    })
  })

  test('a structured body under its own content type counts more than ce- headers beside it', () => {
    const headers = { ...binaryHeaders, 'Content-Type': 'application/cloudevents+json', 'ce-id': 'another' }
    expect(readNotification(post(headers, structuredBody))).toEqual({
      ...event,
      mapping: 'structured',
      problems: ['There are ce- headers beside a structured body; the body counts.'],
    })
  })

  test('ce- headers under application/json count more than a body that looks structured', () => {
    const request = post(binaryHeaders, { ...structuredBody, id: 'another' })
    expect(readNotification(request)).toEqual(event)
  })

  test('a batch is kept as unknown', () => {
    const request = post({ 'Content-Type': 'application/cloudevents-batch+json' }, [structuredBody])
    expect(readNotification(request)).toEqual({
      ...nothing,
      problems: ['This is a batch of CloudEvents, which Fatture in Cloud never sends.'],
    })
  })

  test.each([{ data: { ids: [1] } }, [structuredBody], null, 'text', 7])(
    '%j without ce- headers is no CloudEvent',
    (body) => {
      const reading = readNotification(post({ 'Content-Type': 'application/json' }, JSON.stringify(body)))
      expect(reading).toMatchObject({
        kind: 'unknown',
        mapping: null,
        cloudEvent: null,
        problems: ['No CloudEvent: there are no ce- headers, and no specversion in the body.'],
      })
    },
  )

  test.each([
    ['binary', HTTP.binary],
    ['structured', HTTP.structured],
  ] as const)('what the cloudevents package writes as %s is read', (mapping, write) => {
    const message = write(
      new CloudEvent({
        ...sample,
        data: mapping === 'binary' ? { data: { ids: [7, 'a'] } } : { ids: [7, 'a'] },
      }),
    )
    const request = post(message.headers as Record<string, string>, message.body)
    const time = '2023-04-04T10:54:21.000Z'
    expect(readNotification(request)).toEqual({
      ...event,
      mapping,
      ids: [7, 'a'],
      cloudEvent: { ...sample, time },
    })
  })
})

describe('attributes', () => {
  test.each([
    ['1%3af059', '1:f059'],
    ['%31:f059', '1:f059'],
    ['"1:f059"', '1:f059'],
    ['"1\\"%22"', '1""'],
    ['100%2525', '100%25'],
    ['50%', '50%'],
    ['caff%C3%A8', 'caffè'],
  ])('the header value %s is read as %s', (value, id) => {
    const reading = readNotification(post({ ...binaryHeaders, 'ce-id': value }))
    expect(reading).toEqual({ ...event, cloudEvent: { ...sample, id } })
  })

  test.each([
    ['%FF%FE', '"%FF%FE"'],
    ['caff\u00e8', '"caffè"'],
  ])('the header value %s, which is not UTF-8, is kept as it came and told', (value, quoted) => {
    const reading = readNotification(post({ ...binaryHeaders, 'ce-id': value }))
    expect(reading).toEqual({
      ...event,
      cloudEvent: { ...sample, id: value },
      problems: [`The header ce-id is not UTF-8: ${quoted}.`],
    })
  })

  test.each(['id', 'source', 'subject', 'time', 'specversion'] as const)(
    'an event without %s is still an event, with the problem told',
    (name) => {
      const problems = [`The attribute ${name} is missing.`]
      const expected = {
        ...event,
        ...(name === 'subject' && { company: null }),
        cloudEvent: { ...sample, [name]: '' },
        problems,
      }
      expect(readNotification(post({ ...binaryHeaders, [`ce-${name}`]: undefined }))).toEqual(expected)
      // Without specversion a body is no CloudEvent unless the content type says so.
      const headers = { 'Content-Type': 'application/cloudevents+json' }
      const body = { ...structuredBody, [name]: undefined }
      expect(readNotification(post(headers, body))).toEqual({ ...expected, mapping: 'structured' })
    },
  )

  test('without a type it is unknown, and the rest is kept', () => {
    expect(readNotification(post({ ...binaryHeaders, 'ce-type': undefined }))).toEqual({
      ...event,
      kind: 'unknown',
      eventType: null,
      cloudEvent: { ...sample, type: '' },
      problems: ['The attribute type is missing.'],
    })
  })

  test('without id and type there is no CloudEvent', () => {
    const request = post({ ...binaryHeaders, 'ce-type': undefined, 'ce-id': '' })
    expect(readNotification(request)).toMatchObject({
      kind: 'unknown',
      cloudEvent: null,
      problems: ['The attribute id is missing.', 'The attribute type is missing.'],
    })
  })

  test('of a ce- header that came twice the first counts', () => {
    const request = post([...Object.entries(binaryHeaders), ['CE-ID', 'another']])
    expect(readNotification(request)).toEqual({
      ...event,
      problems: ['The header ce-id came 2 times; the first counts.'],
    })
  })

  test('an attribute that is no string is told and left empty', () => {
    const request = post({}, { ...structuredBody, id: 198, source: { deep: [] } })
    expect(readNotification(request)).toEqual({
      ...event,
      mapping: 'structured',
      cloudEvent: { ...sample, id: '', source: '' },
      problems: [
        'The attribute id is 198, not a string.',
        'The attribute source is an object, not a string.',
        'The attribute id is missing.',
        'The attribute source is missing.',
      ],
    })
  })

  test.each(['2023-04-04T12:54:21+02:00', '2023-04-04T10:54:21Z', '2023-04-04t10:54:21.123z'])(
    'the time %s is of the form of RFC 3339',
    (time) => {
      expect(readNotification(post({ ...binaryHeaders, 'ce-time': time })).problems).toEqual([])
    },
  )

  test.each(['yesterday', '2023-04-04', '2023-04-04 10:54:21Z', '2023-13-04T10:54:21Z', '1680605661'])(
    'the time %s is not',
    (time) => {
      expect(readNotification(post({ ...binaryHeaders, 'ce-time': time })).problems).toEqual([
        `The time "${time}" is not of the form of RFC 3339.`,
      ])
    },
  )

  test('another specversion is told', () => {
    expect(readNotification(post({ ...binaryHeaders, 'ce-specversion': '0.3' })).problems).toEqual([
      'The specversion is "0.3", not "1.0".',
    ])
  })

  test.each(['company:', 'company:1a', 'Company:1', 'user:1', 'company:99999999999999999999', ' company:1'])(
    'the subject %j names no company',
    (subject) => {
      expect(readNotification(post({}, { ...structuredBody, subject }))).toMatchObject({
        company: null,
        problems: [`The subject is "${subject}", not "company:<id>".`],
      })
    },
  )
})
