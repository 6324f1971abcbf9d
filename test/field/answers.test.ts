/** What an app answers is shown as it reads: compressed, in any charset; what is no text is named. */

import { randomBytes } from 'node:crypto'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Notification } from '../../src/contract/notification.ts'
import { createSender } from '../../src/delivery/send.ts'
import { createFolder, run } from '../support/process.ts'
import { openHouse } from '../support/house.ts'
import { startTarget } from '../support/target.ts'
import { toRequest } from '../support/wire.ts'

type Headers = Record<string, string | string[]>

/** What a delivery reports about an answer. */
async function answer(headers: Headers, body: Buffer | string) {
  await using target = await startTarget(0, (_request, response) =>
    response.writeHead(500, headers).end(body),
  )
  const sender = createSender({ maxSockets: 1, insecure: false })
  onTestFinished(() => sender.close())
  const request = { method: 'POST', url: new URL(target.url), headers: [], body: Buffer.from('{}') }
  const result = await sender.send(request, { timeoutMs: 10_000 })
  expect(result.status).toBe(500)
  return { body: result.body, error: result.error }
}

const html = 'text/html; charset=utf-8'
const text = '<p>Perché no? 5 €</p>'
const latin = Buffer.from('<p>Perch\xe9 no?</p>', 'latin1')
const euro = Buffer.from([...Buffer.from('costs 5 '), 0x80])
const utf16 = (value: string, bigEndian = false) => {
  const bytes = Buffer.from(value, 'utf16le')
  return bigEndian ? bytes.swap16() : bytes
}

describe('content encodings', () => {
  test.each<[encoding: string | string[], body: Buffer]>([
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['GZip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['br', brotliCompressSync(text)],
    ['identity', Buffer.from(text)],
    ['', Buffer.from(text)],
    ['gzip, br', brotliCompressSync(gzipSync(text))],
    [['deflate', 'gzip'], gzipSync(deflateSync(text))],
    ['gzip, identity', gzipSync(text)],
  ])('%j is decoded', async (encoding, body) => {
    expect(await answer({ 'content-type': html, 'content-encoding': encoding }, body)).toEqual({
      body: text,
      error: null,
    })
  })

  test('zstd is decoded, or named where Node has none', async () => {
    // One raw block (RFC 8878 section 3.1.1): Node below 22.15 has neither direction.
    const zstd = Buffer.concat([Buffer.from('28b52ffd200a510000', 'hex'), Buffer.from('zabaglione')])
    const { body, error } = await answer({ 'content-type': 'text/plain', 'content-encoding': 'zstd' }, zstd)

    expect(error === null ? body : error).toMatch(/^zabaglione$|its content encoding "zstd" is unknown/)
  })

  test.each<[name: string, headers: Headers, body: Buffer | string, shown: RegExp, error: RegExp]>([
    [
      'an unknown one',
      { 'content-type': html, 'content-encoding': 'compress' },
      Buffer.from([0x1f, 0x9d, 0x90, 0xe8]),
      /^\(text\/html, compress, 4 bytes; its content encoding "compress" is unknown\)$/,
      /content encoding "compress" is unknown/,
    ],
    [
      'a charset in its place',
      { 'content-type': html, 'content-encoding': 'utf-8' },
      text,
      /^<p>Perché no\? 5 €<\/p>$/,
      /"utf-8" is unknown/,
    ],
    [
      'five of them',
      { 'content-encoding': 'br, br, br, br, br' },
      'x',
      /^x$/,
      /"br, br, br, br, br" is unknown/,
    ],
    [
      'plain text that is called gzip',
      { 'content-type': html, 'content-encoding': 'gzip' },
      text,
      /^<p>Perché no\? 5 €<\/p>$/,
      /gzip data cannot be decoded/,
    ],
    [
      'truncated gzip',
      { 'content-type': 'text/plain', 'content-encoding': 'gzip' },
      gzipSync('perché '.repeat(3000), { level: 0 }).subarray(0, 9_000),
      /^(perché ){1000,}/,
      /gzip data cannot be decoded to the end/,
    ],
    [
      'truncated br',
      { 'content-type': 'text/plain', 'content-encoding': 'br' },
      brotliCompressSync(randomBytes(20_000).toString('hex')).subarray(0, 15_000),
      /^[0-9a-f]{10000,}$/,
      /br data cannot be decoded to the end/,
    ],
    [
      'bytes that are no gzip',
      { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      Buffer.from([0, 1, 2, 3]),
      /^\(application\/json, gzip, 4 bytes; its gzip data cannot be decoded to the end\)$/,
      /gzip/,
    ],
  ])('%s is said', async (_name, headers, body, shown, error) => {
    expect(await answer(headers, body)).toEqual({
      body: expect.stringMatching(shown),
      error: expect.stringMatching(error),
    })
  })

  test.each([
    ['gzip', gzipSync(Buffer.alloc(50_000_000, 'a'))],
    ['br', brotliCompressSync(Buffer.alloc(50_000_000, 'a'))],
    ['gzip, gzip', gzipSync(gzipSync(Buffer.alloc(50_000_000, 'a')))],
  ])('a %s bomb is shown to 64 KiB', async (encoding, bomb) => {
    const { body, error } = await answer({ 'content-type': 'text/plain', 'content-encoding': encoding }, bomb)

    expect(error).toBeNull()
    expect(body).toBe('a'.repeat(64 * 1024))
  })

  test('a long page is shown from its beginning, though its compressed data are cut, too', async () => {
    const long = `<h1>Perché</h1>${randomBytes(100_000).toString('hex')}`
    const { body, error } = await answer({ 'content-type': html, 'content-encoding': 'gzip' }, gzipSync(long))

    expect(error).toBeNull()
    expect(long.startsWith(body ?? '')).toBe(true)
    expect(body?.length).toBeGreaterThan(60_000)
  })

  test('an empty body is empty, whatever its encoding', async () => {
    expect(await answer({ 'content-encoding': 'gzip', 'content-length': '0' }, '')).toEqual({
      body: '',
      error: null,
    })
  })
})

describe('charsets', () => {
  test.each<[name: string, contentType: string | null, body: Buffer, shown: string]>([
    ['ISO-8859-1', 'text/html; charset=ISO-8859-1', latin, '<p>Perché no?</p>'],
    ['in quotes', 'text/html; Charset="latin1"; x=y', latin, '<p>Perché no?</p>'],
    ['ISO-8859-15', 'text/plain;charset=iso-8859-15', Buffer.from([0xa4]), '€'],
    ['windows-1252', 'text/plain; charset=windows-1252', euro, 'costs 5 €'],
    ['UTF-16LE', 'application/json; charset=utf-16le', utf16('{"è":1}'), '{"è":1}'],
    ['UTF-16 with a mark', 'text/plain', utf16('\ufeffè', true), 'è'],
    ['UTF-16 without a mark, big-endian', 'text/plain; charset=utf-16', utf16('aè', true), 'aè'],
    ['Shift_JIS', 'text/plain; charset=Shift_JIS', Buffer.from([0x93, 0xfa]), '日'],
    ['KOI8-R', 'text/plain; charset=koi8-r', Buffer.from([0xc1, 0xc2]), 'аб'],
    ['none, HTML', 'text/html', latin, '<p>Perché no?</p>'],
    ['none, nothing', null, latin, '<p>Perché no?</p>'],
    ['none, UTF-8', 'text/html', Buffer.from(text), text],
    [
      'of a meta element',
      'text/html',
      Buffer.from('<meta charset="iso-8859-15">\xa4', 'latin1'),
      '<meta charset="iso-8859-15">€',
    ],
    [
      'of an XML declaration',
      'application/problem+xml',
      Buffer.from('<?xml version="1.0" encoding="windows-1252"?>\x80', 'latin1'),
      '<?xml version="1.0" encoding="windows-1252"?>€',
    ],
    ['us-ascii that is UTF-8', 'text/plain; charset=us-ascii', Buffer.from('è'), 'è'],
  ])('%s', async (_name, contentType, body, shown) => {
    const headers: Headers = contentType === null ? {} : { 'content-type': contentType }
    expect(await answer(headers, body)).toEqual({ body: shown, error: null })
    const compressed = { ...headers, 'content-encoding': 'gzip' }
    expect(await answer(compressed, gzipSync(body))).toEqual({ body: shown, error: null })
  })

  test.each([
    ['text/html; charset=x-klingon', Buffer.from('perché'), 'perché', 'its charset "x-klingon" is unknown'],
    ['text/html; charset=utf-32', latin, '<p>Perché no?</p>', 'its charset "utf-32" is unknown'],
    [
      'text/html; charset=utf-8',
      latin,
      '<p>Perché no?</p>',
      'its bytes are not utf-8, which its headers name',
    ],
  ])('a wrong one is said: %s', async (contentType, body, shown, problem) => {
    expect(await answer({ 'content-type': contentType }, body)).toEqual({
      body: shown,
      error: `the answer is not as its headers say: ${problem}`,
    })
  })

  test('a long text does not end in the middle of a character', async () => {
    const { body } = await answer({ 'content-type': 'text/plain' }, `a${'è'.repeat(64 * 1024)}`)

    expect(body).toBe(`a${'è'.repeat(32 * 1024 - 1)}`)
  })
})

const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(12_292)])

test.each<[name: string, contentType: string | null, body: Buffer | string, shown: string]>([
  ['an image', 'image/png', png, '(image/png, 12.3 KB)'],
  [
    'an image that is longer than what is kept',
    'image/jpeg',
    Buffer.alloc(1_500_000, 0xff),
    '(image/jpeg, 1.5 MB)',
  ],
  ['a PDF in ASCII', 'application/pdf', '%PDF-1.7\n', '(application/pdf, 9 bytes)'],
  ['bytes', 'application/octet-stream', Buffer.from([0xff]), '(application/octet-stream, 1 byte)'],
  ['bytes without a type', null, Buffer.from([0, 0xff]), '(no content type, 2 bytes)'],
  [
    'a text type with control characters',
    'text/html',
    gzipSync('x'),
    `(text/html, ${gzipSync('x').length} bytes)`,
  ],
  ['a font', 'font/woff2', 'wOF2', '(font/woff2, 4 bytes)'],
])('%s is named by type and size', async (_name, contentType, body, shown) => {
  const headers: Headers = contentType === null ? {} : { 'content-type': contentType }
  expect(await answer(headers, body)).toEqual({ body: shown, error: null })
})

test.each([
  ['image/svg+xml', '<svg/>'],
  ['application/octet-stream', '{"ok": "è"}'],
  ['application/vnd.api+json', '{}'],
  ['application/x-www-form-urlencoded', 'a=b'],
])('text of type %s is text', async (contentType, body) => {
  expect(await answer({ 'content-type': contentType }, body)).toEqual({ body, error: null })
})

describe('passthrough', () => {
  const challenge = '6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b'
  const right = JSON.stringify({ verification: challenge, more: 'è' })

  test.each<[name: string, headers: Headers, body: Buffer]>([
    ['gzip', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, gzipSync(right)],
    ['br', { 'content-type': 'application/json', 'content-encoding': 'br' }, brotliCompressSync(right)],
    ['ISO-8859-1', { 'content-type': 'text/html; charset=ISO-8859-1' }, Buffer.from(right, 'latin1')],
    ['UTF-16', { 'content-type': 'application/json; charset=utf-16le' }, utf16(right)],
  ])('relays a right answer in %s as plain JSON', async (_name, headers, body) => {
    await using house = await openHouse({ respond: 'passthrough' })
    house.target.answerWith((_request, response) => response.writeHead(200, headers).end(body))
    const { answer: relayed, notification } = await house.capture(
      toRequest(`GET ${house.path}`, [
        'Host: brave-otter.example.com',
        'Connection: close',
        'Accept-Encoding: gzip, br',
        `x-fic-verification-challenge: ${challenge}`,
        `Authorization: Bearer ${house.token('any')}`,
      ]),
    )

    expect(relayed.status).toBe(200)
    expect(relayed.headers['content-encoding']).toBeUndefined()
    expect(relayed.headers['content-length']).toBe(String(Buffer.byteLength(right)))
    expect(Buffer.from(relayed.body, 'latin1').toString()).toBe(right)
    expect(notification.problems).toEqual([])
    expect(notification.deliveries).toMatchObject([{ status: 200, responseBody: right, error: null }])
  })
})

test('check judges a compressed answer to the challenge in another charset as right', async () => {
  await using target = await startTarget(0, ({ headers }, response) => {
    const verification = headers['x-fic-verification-challenge']
    if (typeof verification !== 'string') return response.writeHead(401).end()
    const type = { 'content-type': 'application/json; charset=utf-16le', 'content-encoding': 'br' }
    response.writeHead(200, type).end(brotliCompressSync(utf16(JSON.stringify({ verification }))))
  })
  const place = { cwd: createFolder() }
  const { stdout } = await run(['check', target.url, '--only', 'challenge-header', '--json'], place)

  expect(stdout).toMatch(/"name":"challenge-header".*"outcome":"right"/)
})

describe('captured bodies', () => {
  const body = '{"data":{"ids":[9007199254740993,"è"]}}'
  const detailOf = async (house: Awaited<ReturnType<typeof openHouse>>, headers: string[], bytes: Buffer) => {
    const all = house.headers().filter((line) => !/^content-type/i.test(line))
    const { notification } = await house.capture(toRequest(`POST ${house.path}`, [...all, ...headers], bytes))
    const detail = (await (
      await house.fic.api(`/api/notifications/${notification.seq}`)
    ).json()) as Notification
    const raw = await house.fic.api(`/api/notifications/${notification.seq}/body`)
    return { detail, raw: Buffer.from(await raw.arrayBuffer()) }
  }

  test('are read and shown decoded, and kept as they came', async () => {
    await using house = await openHouse()
    const rows: [headers: string[], bytes: Buffer, says: RegExp][] = [
      [
        ['Content-Type: application/json', 'Content-Encoding: gzip'],
        gzipSync(body),
        /^application\/json, gzip, \d+ bytes$/,
      ],
      [
        ['Content-Type: application/json; charset=utf-16le'],
        utf16(body),
        /^application\/json, utf-16le, \d+ bytes$/,
      ],
      [['Content-Type: application/json; charset=ISO-8859-1'], Buffer.from(body, 'latin1'), /iso-8859-1/],
    ]
    for (const [headers, bytes, says] of rows) {
      const { detail, raw } = await detailOf(house, headers, bytes)
      expect(detail).toMatchObject({
        kind: 'event',
        ids: ['9007199254740993', 'è'],
        decoded: { text: body, says: expect.stringMatching(says) },
      })
      expect(raw.equals(bytes)).toBe(true)
    }
  })

  test('that are no text, or too much of it, are named', async () => {
    await using house = await openHouse()
    const rows: [headers: string[], bytes: Buffer, says: string][] = [
      [['Content-Type: image/png'], png, 'image/png, 12.3 KB'],
      [
        ['Content-Encoding: gzip'],
        gzipSync(Buffer.alloc(5_000_000)),
        'its gzip data expand to more than 1 MiB',
      ],
      [['Content-Encoding: zip'], Buffer.from([0xff]), 'its content encoding "zip" is unknown'],
    ]
    for (const [headers, bytes, says] of rows) {
      const { detail } = await detailOf(house, headers, bytes)
      expect(detail.decoded).toEqual({ text: null, says: expect.stringContaining(says) })
    }
  })

  test('have no decoded text if they are plain', async () => {
    await using house = await openHouse()
    const { detail } = await detailOf(
      house,
      ['Content-Type: application/json; charset=utf-8'],
      Buffer.from(body),
    )
    expect(detail).not.toHaveProperty('decoded')
    expect(detail.body).toBe(body)
  })

  test('with attributes in compressed JSON that differ from the headers are ambiguous', async () => {
    await using house = await openHouse()
    const event = gzipSync('{"specversion":"1.0","id":"another","data":{"ids":[1]}}')
    const { detail } = await detailOf(
      house,
      ['Content-Type: application/json', 'Content-Encoding: gzip'],
      event,
    )
    expect(detail.signature.outcome).toBe('invalid')
    expect(detail.signature.problems.join()).toContain('id in the body is "another"')
  })
})
