/** A redacted export holds no value of a project, in any place and any form, and is imported like any other. */

import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { ExportedNotification } from '../../src/contract/api.ts'
import type { Notification } from '../../src/contract/notification.ts'
import { sampleDelivery, typePrefix } from '../support/capture.ts'
import { openRoom, type Room } from './room.ts'

/** One for each kind of value; each is found by its letters, whatever stands around it. */
const canaries = {
  ceId: '198:canaryceid',
  company: '70707123',
  id: '60606123',
  textId: 'canaryid',
  bigId: '12345678901234567890123',
  token: 'eyJcanary.eyJcanarypayload.canarysignature',
  secret: 'canarysecret0123456789abcdef',
  tunnel: 'canary-otter.tunnel.example',
  person: 'Canary Rossi',
  mail: 'canary@rossi.example',
  amount: '98765.43',
  headerValue: 'canaryheader',
  cookie: 'canarycookie',
  app: 'canaryapp.internal',
  appPath: 'canarypath',
  query: 'canaryquery',
  memberName: 'canary member 9',
  challenge: 'canarychallenge',
  answer: 'canaryanswer',
  aid: 'canaryaid',
} as const

const c = canaries

function cloudEvent(id: string = c.ceId): NonNullable<Notification['cloudEvent']> {
  return {
    id,
    type: `${typePrefix}issued_documents.invoices.create`,
    source: 'https://api-v2.fattureincloud.it',
    subject: `company:${c.company}`,
    time: '2023-04-04T12:54:21+02:00',
    specversion: '1.0',
  }
}

const json = `{"data":{"ids":[${c.id}, "${c.textId}", ${c.bigId}], "entity": {"name":"${c.person}","mail":"${c.mail}",
  "amount": ${c.amount}, "${c.memberName}": true, "none": null}}}`

async function fill(room: Room): Promise<void> {
  const event = cloudEvent()
  const of = {
    company: Number(c.company),
    ids: [Number(c.id), c.textId, c.bigId],
    path: `/${c.secret}/${c.appPath}?key=${c.query}`,
    cloudEvent: event,
    headers: [
      ['Host', c.tunnel],
      ['X-Forwarded-Host', c.tunnel],
      ['Forwarded', `for=192.0.2.7;host=${c.tunnel}`],
      ['Authorization', `Bearer ${c.token}`],
      ['Content-Type', 'application/json; charset=utf-8'],
      ['Content-Length', String(json.length)],
      ['Cookie', `session=${c.cookie}`],
      ['X-Own', c.headerValue],
      ...Object.entries(event).map(([name, value]): [string, string] => [`ce-${name}`, value]),
    ] as [string, string][],
    signature: {
      outcome: 'valid' as const,
      claims: [
        {
          claim: 'aud' as const,
          value: [`https://${c.tunnel}/${c.secret}`],
          expected: `https://${c.tunnel}/${c.secret}`,
          verdict: 'ok' as const,
          says: `It is for ${c.tunnel}.`,
        },
        {
          claim: 'sub' as const,
          value: `company:${c.company}`,
          expected: `company:${c.company}`,
          verdict: 'ok' as const,
          says: `It is ${c.company}.`,
        },
        {
          claim: 'jti' as const,
          value: c.ceId,
          expected: c.ceId,
          verdict: 'ok' as const,
          says: `It is ${c.ceId}.`,
        },
        {
          claim: 'aid' as const,
          value: c.aid,
          expected: null,
          verdict: 'shown' as const,
          says: `The app ${c.aid}.`,
        },
        {
          claim: 'exp' as const,
          value: 1_772_377_200,
          expected: 'a time',
          verdict: 'ok' as const,
          says: 'Good.',
        },
      ],
      problems: [`The token is for ${c.ceId} and ${c.tunnel}.`],
    },
    problems: [`The subject is "company:${c.company}", from ${c.textId}, not 60606123.`],
  }
  const { seq } = await room.capture({ ...of, body: Buffer.from(json) })
  await room.store.endDelivery(
    sampleDelivery({
      id: room.store.nextDeliveryId(),
      seq,
      target: `http://${c.app}:3000/${c.appPath}?key=${c.query}`,
      status: 500,
      verdict: 'retried',
      error: `getaddrinfo ENOTFOUND ${c.app}`,
      responseHeaders: [
        ['Set-Cookie', c.cookie],
        ['Location', `https://${c.app}/${c.appPath}`],
      ],
      responseBody: `<h1>${c.answer} ${c.person}</h1>`,
      sent: { headers: [['X-Own', c.headerValue]], body: json },
    }),
  )
  // The same event again, as a duplicate, compressed, and in the structured mapping.
  await room.capture({
    ...of,
    headers: [...of.headers.filter(([name]) => name !== 'Content-Length'), ['Content-Encoding', 'gzip']],
    body: gzipSync(json),
  })
  const structured = JSON.stringify({ ...cloudEvent('198:canaryother'), data: { ids: [Number(c.id)] } })
  await room.capture({
    ...of,
    mapping: 'structured',
    cloudEvent: cloudEvent('198:canaryother'),
    ids: [Number(c.id)],
    body: Buffer.from(structured),
    signature: { outcome: 'invalid', claims: [], problems: [] },
  })
  await room.capture({
    ...of,
    kind: 'verification',
    method: 'GET',
    path: `/${c.secret}?x-fic-verification-challenge=${c.challenge}`,
    body: Buffer.alloc(0),
    mapping: null,
    eventType: null,
    company: null,
    ids: [],
    cloudEvent: null,
    answer: { status: 200, body: JSON.stringify({ verification: c.challenge }) },
  })
  await room.capture({ ...of, body: Buffer.from(`plain ${c.person} text`) })
  await room.capture({ ...of, body: Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(c.person)]) })
}

/** What the text and what is encoded in it hold of the canaries. */
function leaksIn(text: string): string[] {
  const decoded = [...text.matchAll(/[A-Za-z0-9+/]{12,}={0,2}/g)].map(([part]) =>
    Buffer.from(part, 'base64').toString('latin1'),
  )
  const all = [text, ...decoded].join('\n').toLowerCase()
  const forms = Object.values(canaries).flatMap((value) => [
    value,
    encodeURIComponent(value),
    encodeURI(value),
  ])
  return [...forms, 'canary', 'rossi', '192.0.2.7'].filter((value) => all.includes(value.toLowerCase()))
}

const linesOf = (ndjson: string) =>
  ndjson
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as ExportedNotification)

const bodyOf = (line: ExportedNotification | undefined) =>
  JSON.parse(Buffer.from(line?.bodyBase64 ?? '', 'base64').toString())

async function download(room: Room, query: string): Promise<string> {
  return (await room.api(`/api/export?${query}`)).text()
}

describe('a redacted export', () => {
  test.each(['ndjson', 'har'])('holds no original value as %s', async (format) => {
    await using room = await openRoom()
    await fill(room)

    // The search finds them, or it would prove nothing.
    expect(leaksIn(await download(room, `format=${format}`)).length).toBeGreaterThan(15)
    expect(leaksIn(await download(room, `format=${format}&redact=true`))).toEqual([])
  })

  test('replaces the same value by the same one, and keeps structure, verdicts, times and types', async () => {
    await using room = await openRoom()
    await fill(room)

    const lines = linesOf(await download(room, 'format=ndjson&redact=true'))
    const [first, twin, other, verification] = lines

    expect(lines).toHaveLength(6)
    const {
      company,
      ids,
      cloudEvent: event,
      signature,
      headers,
      eventType,
      receivedAt,
      deliveries,
    } = first?.notification ?? ({} as Notification)
    expect(event).toMatchObject({
      subject: `company:${company}`,
      type: eventType,
      time: '2023-04-04T12:54:21+02:00',
    })
    const header = (name: string) => headers.find(([given]) => given.toLowerCase() === name)?.[1]
    expect([header('ce-id'), header('ce-subject')]).toEqual([event?.id, event?.subject])
    expect([header('host'), header('x-forwarded-host')]).toEqual(['host-1.example', 'host-1.example'])
    expect(signature.claims.map(({ claim, verdict }) => [claim, verdict])).toEqual([
      ['aud', 'ok'],
      ['sub', 'ok'],
      ['jti', 'ok'],
      ['aid', 'shown'],
      ['exp', 'ok'],
    ])
    expect(signature.claims.map(({ value }) => value)).toMatchObject([
      [expect.stringMatching(/^https:\/\/host-1\.example\/redacted-\d+$/)],
      `company:${company}`,
      event?.id,
      expect.stringMatching(/^redacted-\d+$/),
      1_772_377_200,
    ])
    const body = bodyOf(first)
    expect(body).toEqual({
      data: {
        ids: [ids[0], ids[1], Number(ids[2])],
        entity: {
          name: expect.stringMatching(/^redacted-\d+$/),
          mail: expect.stringMatching(/^redacted-\d+$/),
          amount: expect.any(Number),
          [Object.keys(body.data.entity)[3] ?? '']: true,
          none: null,
        },
      },
    })
    expect([twin?.notification.cloudEvent?.id, twin?.notification.ids, bodyOf(twin)]).toEqual([
      event?.id,
      ids,
      body,
    ])
    expect(bodyOf(other).data.ids).toEqual([ids[0]])
    expect(bodyOf(other).subject).toBe(event?.subject)
    expect(header('content-length')).toBe(String(first?.notification.bodyBytes))
    expect(deliveries[0]).toMatchObject({
      target: expect.stringMatching(/^http:\/\/host-\d+\.example:3000\/redacted-\d+\?key=redacted-\d+$/),
      error: expect.stringMatching(/^getaddrinfo ENOTFOUND host-\d+\.example$/),
      verdict: 'retried',
      status: 500,
    })
    expect(receivedAt).toMatch(/^2026-03-01T12:/)
    const challenge = /challenge=(.*)$/.exec(verification?.notification.path ?? '')?.[1]
    expect(JSON.parse(verification?.notification.answer.body ?? '')).toEqual({ verification: challenge })
  })

  test('is imported, and filters find the same notifications', async () => {
    await using room = await openRoom()
    await fill(room)
    const text = await download(room, 'format=ndjson&redact=true')
    await using other = await openRoom()

    const imported = await other.api('/api/import', {
      method: 'POST',
      body: text,
      headers: { 'content-type': 'application/x-ndjson' },
    })

    expect(await imported.json()).toEqual({ imported: 6, skipped: 0 })
    for (const q of [
      'type:invoices.create',
      'is:twin',
      'signature:invalid',
      'kind:verification',
      'target:5xx',
    ]) {
      const [before, after] = await Promise.all(
        [room, other].map(async (one) =>
          seqsOf(await one.api(`/api/notifications?q=${encodeURIComponent(q)}`)),
        ),
      )
      expect([q, after]).toEqual([q, before])
      expect(after?.length).toBeGreaterThan(0)
    }
    expect(linesOf(await download(other, 'format=ndjson&redact=true'))).toHaveLength(6)
  })
})

async function seqsOf(response: Response): Promise<number[]> {
  const { items } = (await response.json()) as { items: Notification[] }
  return items.map(({ seq }) => seq)
}

test.each([
  ['{"constructor": "canary", "__proto__": "canary", "toString": 5}'],
  ['"canary"'],
  ['[["canary", {"a": "canary\\u0041\\n"}], -1.5e300, 0, "\\"canary\\""]'],
  ['{"type": "canary", "time": "canary", "source": "canary", "subject": "canary", "specversion": "canary"}'],
  ['{"a": {"canary 1": {"type": "it.fattureincloud.canary9"}}}'],
])('the body %s stays JSON of the same form without its values', async (body) => {
  await using room = await openRoom()
  await room.capture({ body: Buffer.from(body) })

  const [line] = linesOf(await download(room, 'format=ndjson&redact=true'))

  const text = Buffer.from(line?.bodyBase64 ?? '', 'base64').toString()
  expect(text).not.toContain('canary')
  expect(shape(JSON.parse(text))).toEqual(shape(JSON.parse(body)))
})

/** Types and sizes. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shape)
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.values(value).map(shape)
}
