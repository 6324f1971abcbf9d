import { CloudEvent, HTTP } from 'cloudevents'
import { describe, expect, test } from 'vitest'

import { toBinary, toStructured, type WrittenNotification } from '../../src/fic/mapping.ts'
import { readNotification } from '../../src/fic/read-notification.ts'
import { post, sample } from './requests.ts'

const content = { cloudEvent: sample, ids: [3062300, 'abc'] }

test('the binary mapping has the attributes in headers and the ids in the body', () => {
  expect(toBinary(content)).toEqual({
    headers: [
      ['content-type', 'application/json'],
      ['ce-id', sample.id],
      ['ce-source', sample.source],
      ['ce-specversion', '1.0'],
      ['ce-type', sample.type],
      ['ce-subject', 'company:12345'],
      ['ce-time', '2023-04-04T12:54:21+02:00'],
    ],
    body: '{"data":{"ids":[3062300,"abc"]}}',
  })
})

test('the structured mapping has all of it in the body', () => {
  const { headers, body } = toStructured(content)
  expect(headers).toEqual([['content-type', 'application/cloudevents+json']])
  expect(JSON.parse(body)).toEqual({
    ...sample,
    datacontenttype: 'application/json',
    data: { ids: [3062300, 'abc'] },
  })
})

test('an attribute that is missing stays missing', () => {
  const partial = { cloudEvent: { ...sample, time: '' }, ids: [] }
  expect(toBinary(partial).headers.map(([name]) => name)).not.toContain('ce-time')
  expect(JSON.parse(toStructured(partial).body)).not.toHaveProperty('time')
})

describe.each([
  ['binary', toBinary],
  ['structured', toStructured],
] as const)('%s', (mapping, write) => {
  test('is read by the cloudevents package', () => {
    const { headers, body } = write(content)
    const event = HTTP.toEvent({ headers: Object.fromEntries(headers), body })
    expect(event).toBeInstanceOf(CloudEvent)
    const { id, type, source, subject, specversion, data } = event as CloudEvent
    expect({ id, type, source, subject, specversion }).toEqual({
      id: sample.id,
      type: sample.type,
      source: sample.source,
      subject: sample.subject,
      specversion: '1.0',
    })
    // In binary the HTTP body is the CloudEvents data, so the ids are one step deeper there.
    const ids = { ids: [3062300, 'abc'] }
    expect(data).toEqual(mapping === 'binary' ? { data: ids } : ids)
  })

  test.each([sample, { ...sample, id: 'a b"%è\r\nx: y😀', subject: '' }])(
    'is read back as it was: $id',
    (cloudEvent) => {
      const written = write({ cloudEvent, ids: [1, 'x'] })
      const { problems: _, ...reading } = readNotification(toRequest(written))
      expect(reading).toEqual({
        kind: 'event',
        mapping,
        eventType: sample.type,
        company: cloudEvent.subject === '' ? null : 12345,
        ids: [1, 'x'],
        cloudEvent,
        challenge: null,
        token: null,
      })
    },
  )
})

test('no header value can end its line', () => {
  const { headers } = toBinary({ cloudEvent: { ...sample, id: 'a\r\nb\u0000\u2028' }, ids: [] })
  for (const [, value] of headers) expect(value).toMatch(/^[\x21-\x7e]*$/)
})

function toRequest({ headers, body }: WrittenNotification) {
  return post(headers, body)
}
