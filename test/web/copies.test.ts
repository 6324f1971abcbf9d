/** The forms in which a notification is copied: a real shell, a real test runner and a CloudEvents library read them back. */

import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { HTTP } from 'cloudevents'
import { expect, onTestFinished, test } from 'vitest'
import type { Notification } from '../../src/contract/notification.ts'
import { toCloudEvent } from '../../web/src/cloud-event.ts'
import { toCurl } from '../../web/src/curl.ts'
import { toHttpie } from '../../web/src/httpie.ts'
import { toVitestTest } from '../../web/src/vitest-test.ts'
import { startTarget } from '../support/target.ts'

const nasty = `it's $HOME \`id\` $(id) \\\\ \\"x\\" %s !! *\nsecond line\t\u2028end ${'é😀'}`
const body = JSON.stringify({ data: { ids: [3062300] }, note: nasty })

const notification = {
  seq: 3,
  kind: 'event',
  method: 'POST',
  eventType: 'it.fattureincloud.webhooks.issued_documents.invoices.create',
  ids: [3062300, 'cash-7'],
  headers: [
    ['Host', 'old.example'],
    ['Connection', 'close'],
    ['Content-Length', '3'],
    ['Content-Type', 'application/json'],
    ['ce-type', "o'brien $(id)"],
    ['x-empty', ''],
    ['x-equals', '=1'],
  ],
  body,
  signature: { outcome: 'valid', claims: [], problems: [] },
  cloudEvent: {
    id: '198:f059b211-24f4-44ab-9859-b1613a9a0712',
    type: 'it.fattureincloud.webhooks.issued_documents.invoices.create',
    source: 'https://api-v2.fattureincloud.it',
    subject: 'company:108061',
    time: '2023-04-04T12:54:21+02:00',
    specversion: '1.0',
  },
} as unknown as Notification

/** The arguments that a real shell hands to the command. */
function argumentsOf(command: string, line: string): string[] {
  const print = `"${process.execPath}" -e 'console.log(JSON.stringify(process.argv.slice(1)))' -- "$@"`
  const output = execFileSync('sh', ['-c', `${command}() { ${print}; }\n${line}`], { encoding: 'utf8' })
  return JSON.parse(output) as string[]
}

const url = 'http://localhost:3000/webhooks?a=1&b=2'

test('a shell hands a copied HTTPie line to http as the request that came', () => {
  expect(argumentsOf('http', toHttpie(notification, url))).toEqual([
    '--ignore-stdin',
    'POST',
    url,
    'Content-Type:application/json',
    "ce-type:o'brien $(id)",
    'x-empty;',
    String.raw`x-equals:\=1`,
    '--raw',
    body,
  ])
})

test('a shell hands a copied curl line to curl as the request that came, headers without a value too', () => {
  expect(argumentsOf('curl', toCurl(notification, url))).toEqual([
    '-X',
    'POST',
    url,
    '-H',
    'Content-Type: application/json',
    '-H',
    "ce-type: o'brien $(id)",
    '-H',
    'x-empty;',
    '-H',
    'x-equals: =1',
    '--data-raw',
    body,
  ])
})

test('a copied CloudEvent is one to a library that knows nothing of us', () => {
  const text = toCloudEvent(notification) ?? ''

  const event = HTTP.toEvent({ headers: { 'content-type': 'application/cloudevents+json' }, body: text })

  expect(event).toMatchObject({
    ...notification.cloudEvent,
    time: expect.anything(),
    data: { ids: [3062300] },
    note: nasty,
  })
  expect(toCloudEvent({ ...notification, cloudEvent: null })).toBeNull()
})

test('a copied CloudEvent keeps extension attributes, other members of data, and the digits', () => {
  const binary = {
    ...notification,
    mapping: 'binary',
    headers: [
      ['content-type', 'application/json; charset=utf-8'],
      ['ce-id', notification.cloudEvent?.id ?? ''],
      ['Ce-TraceParent', '00-0a'],
      ['ce-city', 'citt%C3%A0 100%'],
    ],
    body: '{"data":{"ids":[9007199254740993],"x":1.10},"data":{"ids":[1.0]}}',
  } as Notification
  const text = toCloudEvent(binary) ?? ''

  expect(text).toContain('9007199254740993')
  expect(text.replaceAll(/\s+/g, '')).toMatch(
    /"data":\{"ids":\[9007199254740993\],"x":1\.10\},"data":\{"ids":\[1\.0\]\}\}$/,
  )
  expect(JSON.parse(text)).toMatchObject({
    ...notification.cloudEvent,
    traceparent: '00-0a',
    city: 'città 100%',
    datacontenttype: 'application/json; charset=utf-8',
  })

  const body = '{"specversion":"1.0","ext":true,"data":{"ids":[9007199254740993]}}'
  const structured = toCloudEvent({ ...notification, mapping: 'structured', body })
  expect(structured?.replaceAll(/\s+/g, '')).toBe(body)
})

test('a compressed body is copied as text, without its encoding', () => {
  const compressed = {
    ...notification,
    headers: [
      ['Content-Type', 'application/json; charset=utf-16le'],
      ['Content-Encoding', 'gzip'],
    ],
    body: null,
    decoded: { text: '{"data":{}}', says: 'application/json, gzip, utf-16le, 40 bytes' },
  } as Notification
  const sent = ['Content-Type: application/json; charset=utf-8', '--data-raw', '{"data":{}}']

  expect(argumentsOf('curl', toCurl(compressed, url))).toEqual(['-X', 'POST', url, '-H', ...sent])
})

/** Runs a test file as a developer would. Gives its output, and whether it passed. */
async function runVitest(source: string): Promise<{ passed: boolean; output: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'fic-dev-copied-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'copied.test.ts'), source)
  try {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [resolve('node_modules/vitest/vitest.mjs'), 'run', '--root', folder],
      { cwd: folder },
    )
    return { passed: true, output: stdout }
  } catch (thrown) {
    return { passed: false, output: String((thrown as { stdout?: string }).stdout) }
  }
}

test('a copied Vitest test runs, sends what came, and passes only when Fatture in Cloud would be content', async () => {
  await using target = await startTarget()
  // fetch joins and trims header values, so an empty one stays and an odd one must be sendable.
  const source = toVitestTest(notification, target.url)

  const good = await runVitest(source)
  target.answerWith(302)
  const bad = await runVitest(source)

  expect(good).toMatchObject({ passed: true })
  expect(bad.passed).toBe(false)
  expect(bad.output).toContain('issued_documents.invoices.create: 2 invoices were created')
  const [request] = target.received
  expect(request?.body.toString()).toBe(body)
  expect(request?.headers).toMatchObject({
    'content-type': 'application/json',
    'ce-type': "o'brien $(id)",
    'x-equals': '=1',
  })
})
