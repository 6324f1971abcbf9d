import pc from 'picocolors'
import { expect, test } from 'vitest'
import {
  clock,
  deliveryLine,
  deliveryWord,
  notificationLine,
  shareLine,
  shortId,
  targetLine,
  tunnelLine,
} from '../../src/cli/terminal/lines.ts'
import type { ClaimVerdict, Delivery, Notification } from '../../src/contract/notification.ts'
import type { ShareStatus } from '../../src/contract/status.ts'

const plain = pc.createColors(false)
const at = '2026-11-23T09:12:01.000Z'
const time = clock(at)

const notification: Notification = {
  seq: 1,
  kind: 'event',
  receivedAt: at,
  method: 'POST',
  path: '/secret',
  headers: [],
  bodyBytes: 27,
  body: '{"data":{"ids":[3062300]}}',
  mapping: 'binary',
  eventType: 'it.fattureincloud.webhooks.issued_documents.invoices.create',
  company: 12_345,
  ids: [3_062_300],
  cloudEvent: {
    id: '198:f059b211-24f4-44ab-9859-b1613a9a0712',
    type: 'it.fattureincloud.webhooks.issued_documents.invoices.create',
    source: 'https://api-v2.fattureincloud.it',
    subject: 'company:12345',
    time: '2023-04-04T12:54:21+02:00',
    specversion: '1.0',
  },
  signature: { outcome: 'valid', claims: [], problems: [] },
  answer: { status: 200, body: null },
  problems: [],
  twinOf: null,
  deliveries: [],
}

const delivery: Delivery = {
  id: 1,
  seq: 1,
  channel: 'app',
  target: 'http://localhost:3000/webhooks',
  attempt: 1,
  replay: false,
  sign: 'original',
  startedAt: at,
  durationMs: 11.6,
  status: 200,
  error: null,
  errorCode: null,
  cause: null,
  responseHeaders: [],
  responseBody: '',
  verdict: 'delivered',
  sent: null,
  nextAttemptAt: null,
}

const line = (changes: Partial<Notification>) =>
  notificationLine({ ...notification, ...changes }, 'pretty', plain)
const answer = (changes: Partial<Delivery>) => deliveryLine({ ...delivery, ...changes }, 'pretty', plain)

test('a notification and its delivery are one line each', () => {
  expect(line({})).toBe(`${time}  --> issued_documents.invoices.create [198:f059…] ids 3062300  signed`)
  expect(answer({})).toBe(`${time}  <-- [200] POST http://localhost:3000/webhooks (12ms)`)
})

test('a time is told where the reader is', () => {
  const date = new Date(2026, 10, 23, 7, 5, 9)
  expect(clock(date.toISOString())).toBe('07:05:09')
})

test('many ids are counted, none are left out', () => {
  const ids = Array.from({ length: 200 }, (_, index) => index + 1)
  expect(line({ ids })).toContain(' ids 1, 2, 3, 4, 5 and 195 more  ')
  expect(line({ ids: [] })).toContain('[198:f059…]  signed')
})

test('a clock that a token shows to be wrong is said in the line, in the quiet form, too', () => {
  const seconds = Date.parse(at) / 1000
  const claim = (name: 'iat' | 'exp', value: number, verdict: ClaimVerdict['verdict']) =>
    ({ claim: name, value, verdict, expected: null, says: '' }) satisfies ClaimVerdict
  const behind = {
    ...notification,
    signature: { ...notification.signature, claims: [claim('iat', seconds + 125, 'ahead')] },
  }
  const expired = [claim('iat', seconds - 10 * 3600, 'ok'), claim('exp', seconds - 7 * 3600, 'wrong')]
  const ahead = { ...notification, signature: { outcome: 'invalid' as const, claims: expired, problems: [] } }

  for (const form of ['pretty', 'compact', 'quiet'] as const)
    expect(notificationLine(behind, form, plain)).toMatch(/ {2}clock 2 min behind$/)
  expect(notificationLine(ahead, 'pretty', plain)).toMatch(
    / {2}invalid signature {2}clock perhaps 10 h ahead$/,
  )
})

test('what is wrong with a notification stands in its line', () => {
  expect(line({ signature: { ...notification.signature, outcome: 'missing' } })).toMatch(/ {2}unsigned$/)
  expect(line({ signature: { ...notification.signature, outcome: 'invalid' } })).toMatch(
    / {2}invalid signature$/,
  )
  expect(line({ twinOf: 7 })).toContain('  duplicate of 7  ')
})

test('a verification tells its answer, an unknown message its method and size', () => {
  expect(line({ kind: 'verification', eventType: null })).toBe(
    `${time}  --> verification answered 200  signed`,
  )
  const unknown = { kind: 'unknown', eventType: null, cloudEvent: null, ids: [] } as const
  expect(line({ ...unknown, ids: [] })).toContain('--> unknown POST of 27 bytes')
})

test('text from outside brings no control character into a line', () => {
  const hostile = '\u001B]0;owned\u0007\u009B2J'
  const shown = [
    line({
      eventType: hostile,
      ids: [hostile],
      cloudEvent: notification.cloudEvent && { ...notification.cloudEvent, id: hostile },
    }),
    line({ eventType: null, cloudEvent: null, method: hostile }),
    answer({ target: hostile, error: hostile, verdict: 'retried' }),
    tunnelLine(
      { provider: hostile, state: 'down', publicUrl: hostile, detail: hostile, since: at, history: [] },
      plain,
    ),
    targetLine(
      {
        url: hostile,
        health: 'unreachable',
        since: at,
        detail: hostile,
        cause: null,
        lastVerdict: null,
        lastStatus: null,
        waiting: 0,
        paused: false,
      },
      plain,
    ),
  ].join('')
  // oxlint-disable-next-line no-control-regex -- this is what must not come through
  expect(shown).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
})

test('an answer that Fatture in Cloud would not take for good says what it would do', () => {
  expect(answer({ status: 404, verdict: 'dropped' })).toMatch(/\[404].*Fatture in Cloud would drop it$/)
  expect(answer({ status: 410, verdict: 'subscription-deleted' })).toMatch(/would delete the subscription$/)
  const refused = answer({ status: null, error: 'connection refused', verdict: 'retried', nextAttemptAt: at })
  expect(refused).toMatch(/\[no answer] .* {2}connection refused {2}next try \d\d:\d\d:\d\d$/)
})

test('a publication is told as what it is, and not as an answer of an app', () => {
  const published = { channel: 'stream', target: 'nats://nats.example.com:4222', status: null } as const
  const shown = (changes: Partial<Delivery>) => [
    answer({ ...published, ...changes }),
    deliveryWord({ ...delivery, ...published, ...changes }, plain),
  ]
  expect(shown({})).toEqual([`${time}  <-- [shared] nats://nats.example.com:4222 (12ms)`, 'shared'])
  expect(shown({ verdict: 'dropped', error: 'too large' })).toEqual([
    `${time}  <-- [not shared] nats://nats.example.com:4222 (12ms)  too large`,
    'not shared',
  ])
  const waits = { verdict: 'retried', error: 'the connection was lost', nextAttemptAt: at } as const
  expect(shown(waits)).toEqual([
    `${time}  <-- [not shared yet] nats://nats.example.com:4222 (12ms)  the connection was lost  next try ${time}`,
    'not shared yet',
  ])
})

test('how sharing stands is told with what to do, and without the numbers', () => {
  const share: ShareStatus = {
    role: 'follower',
    url: 'nats://nats.example.com:4222',
    state: 'disconnected',
    since: at,
    detail: 'the server refuses the credentials',
    hint: 'Set FIC_DEV_SHARE_TOKEN.',
    lag: 7,
    name: 'anna',
    hubSink: 'https://hub.example.com/48c1',
    followers: [],
  }
  expect(shareLine(share, plain)).toBe(
    'following as anna: nats://nats.example.com:4222  disconnected  the server refuses the credentials  Set FIC_DEV_SHARE_TOKEN.',
  )
  expect(shareLine({ ...share, state: 'connected', detail: null, hint: null }, plain)).toBe(
    'following as anna: nats://nats.example.com:4222  connected  hub sink https://hub.example.com/48c1',
  )
})

test('a delivery has no line before it has an answer', () => {
  expect(answer({ status: null, verdict: 'pending', durationMs: null })).toBeNull()
})

test('compact leaves times out, quiet all that went well', () => {
  expect(notificationLine(notification, 'compact', plain)).toBe(
    '--> issued_documents.invoices.create [198:f059…] ids 3062300',
  )
  expect(deliveryLine(delivery, 'compact', plain)).toBe('<-- [200] (12ms)')
  expect(notificationLine(notification, 'quiet', plain)).toBeNull()
  expect(deliveryLine(delivery, 'quiet', plain)).toBeNull()
  expect(deliveryLine({ ...delivery, status: 404, verdict: 'dropped' }, 'quiet', plain)).toContain('[404]')
})

test('an id of another form is cut all the same', () => {
  expect(shortId('198:f059b211-24f4-44ab-9859-b1613a9a0712')).toBe('198:f059…')
  expect(shortId('abcdefghijklmnop')).toBe('abcdefghijkl…')
  expect(shortId('short')).toBe('short')
})
