/** The report for a bug report holds nothing that names a project or opens anything. */

import { describe, expect, test } from 'vitest'
import type { DoctorFinding } from '../../src/contract/doctor.ts'
import type { Notification } from '../../src/contract/notification.ts'
import { toReport, type ReportFacts } from '../../src/doctor/report.ts'
import { sampleDelivery } from '../support/capture.ts'

const facts: ReportFacts = {
  at: new Date('2026-03-01T12:00:00Z'),
  machine: { node: '22.0.0' },
  settings: [],
  findings: [],
  status: null,
  notifications: [],
  log: null,
  secrets: [],
  folders: [],
}

function finding(what: string): DoctorFinding {
  return { name: 'tunnel', outcome: 'warning', what, why: what, todo: null }
}

const say = (what: string, more: Partial<ReportFacts> = {}) =>
  toReport({ ...facts, ...more, findings: [finding(what)] }).findings[0]?.what ?? ''

describe('a sentence of a report', () => {
  test.each([
    ['The tunnel of localtunnel is lost.'],
    ['No connection to http://localhost:3000: connection refused.'],
    ['3 deliveries wait; the next attempt is due at 2026-03-01T12:00:00.000Z.'],
    ['Set FIC_ACCESS_TOKEN in the environment or in .env, or work with --emulator.'],
    ['The API is https://api-v2.fattureincloud.it, on Node 22.1.'],
    ['fic-dev.config.ts changed: headers applied.'],
  ])('stays if it holds nothing of the project: %s', (text) => {
    expect(say(text)).toBe(text)
  })

  test.each([
    ['https://canary.example/canary?x=canary refused it.', ' refused it.'],
    ['getaddrinfo ENOTFOUND canary.internal.example', 'getaddrinfo ENOTFOUND '],
    ['The subject is "canary", not "company:<id>".', 'The subject is '],
    ['It failed in /home/canary/work/canary.ts:3', 'It failed in <path>'],
    ['It failed in C:\\Users\\canary\\x.js now', 'It failed in <path> now'],
    ['Account canary@canary.example has no right.', ' has no right.'],
    ['Bearer eyJcanary00000000.eyJcanary.canary was refused', ' was refused'],
    ['key canary0123456789abcdef is wrong', ' is wrong'],
    ['company:70707 and record 3062300 are gone', 'company:9'],
    ['the word canary-by-name was learned', ' was learned', ['canary-by-name']],
    ['company 42 is learned', ' is learned', ['42']],
  ])('%s', (text, kept, secrets: string[] = []) => {
    const said = say(text, { secrets })
    expect(said).not.toMatch(/canary|70707|3062300|\b42\b/)
    expect(said).toContain(kept)
  })
})

describe('the log', () => {
  const line = (text: string) => toReport({ ...facts, log: [text] }).log?.[0]

  test.each([
    [
      '10:12:01  --> issued_documents.invoices.create [198:canary…] ids 7, canary  signed',
      '10:12:01  --> issued_documents.invoices.create  signed',
    ],
    ['10:12:01  <-- [200] POST http://localhost:3000/canary (12ms)', '10:12:01  <-- [200]'],
    ['10:12:01  --> canary [canary]', '10:12:01  --> …'],
    [
      '10:12:01  warn  tunnel  lost the connection  attempt=2  url="canary 1" from=canary',
      '10:12:01  warn  tunnel  lost the connection  attempt=2  url=… from=…',
    ],
    ['\u001B[2m10:12:01\u001B[22m  tunnel  up', '10:12:01  tunnel  up'],
    ['{"type":"notification","notification":{"ids":["canary"]}}', '{"type":"notification"}'],
    [
      '{"level":"warn","msg":"lost the connection","url":"canary"}',
      '{"level":"warn","msg":"lost the connection"}',
    ],
    ['{"type":"canary', '…'],
  ])('%s', (text, shown) => {
    expect(line(text)).toBe(shown)
  })
})

test('settings show their origin, and a value only if it is one of few', () => {
  const settings = [
    { name: 'mapping', value: 'structured', source: 'flag' },
    { name: 'company', value: 70707, source: 'environment FIC_COMPANY_ID (.env)' },
    { name: 'headers', value: { canary: 'canary' }, source: 'file /home/canary/fic-dev.config.ts' },
    { name: 'dataDir', value: '/home/canary/.fic-dev', source: 'found in /home/canary' },
    { name: 'publicUrl', value: 'https://canary.example/canary', source: 'default' },
    { name: 'tunnelHost', value: null, source: 'default' },
    {
      name: 'forwardTo',
      value: [
        { types: ['canary'], url: 'http://localhost:3000/canary?canary', headers: { canary: 'canary' } },
      ],
      source: 'file /home/canary/fic-dev.config.ts',
    },
  ]

  const report = toReport({ ...facts, settings })

  expect(JSON.stringify(report)).not.toMatch(/canary|70707/)
  expect(report.settings).toEqual([
    { name: 'mapping', value: 'structured', source: 'flag' },
    { name: 'company', value: 'set, not shown', source: 'environment FIC_COMPANY_ID' },
    { name: 'headers', value: { entries: 1 }, source: 'file' },
    { name: 'dataDir', value: 'set, not shown', source: 'found in a folder above' },
    { name: 'publicUrl', value: 'https://host-1.example/…', source: 'default' },
    { name: 'tunnelHost', value: null, source: 'default' },
    { name: 'forwardTo', value: [{ types: 1, url: 'http://localhost:3000/…', headers: 1 }], source: 'file' },
  ])
})

test('verdicts, causes and signatures are counted; a finding about the company is not shown', () => {
  const cause = { code: 'csrf', tone: 'warning', what: 'canary', why: 'canary', todo: 'canary' } as const
  const notifications = [
    { kind: 'event', signature: { outcome: 'valid' }, deliveries: [sampleDelivery()] },
    {
      kind: 'event',
      signature: { outcome: 'valid' },
      deliveries: [sampleDelivery({ status: 403, verdict: 'dropped', cause })],
    },
    { kind: 'unknown', signature: { outcome: 'missing' }, deliveries: [] },
  ] as unknown as Notification[]

  const report = toReport({
    ...facts,
    notifications,
    findings: [{ ...finding('42 is Canary SRL.'), name: 'company' }],
  })

  expect(report.notifications).toEqual({
    looked: 3,
    kinds: { event: 2, unknown: 1 },
    signatures: { valid: 2, missing: 1 },
    verdicts: { delivered: 1, dropped: 1, 'not forwarded': 1 },
    statuses: { 200: 1, 403: 1 },
    causes: { csrf: 1 },
  })
  expect(JSON.stringify(report)).not.toMatch(/canary/i)
})
