/** Which target gets a notification, and where a person may send a replay (docs/threats-proven.md, S9). */

import { expect, test } from 'vitest'
import { checkReplayTarget, findTarget, type Target } from '../../src/delivery/targets.ts'
import { typePrefix } from '../support/capture.ts'
import { toTarget } from './parts.ts'

const invoices = toTarget({ types: ['issued_documents.invoices.create'], url: 'http://localhost:3000/a' })
const created = toTarget({ types: ['issued_documents.all.create'], url: 'http://localhost:3000/b' })
const entities = toTarget({ types: ['entities.*'], url: 'http://localhost:3000/c' })
const long = toTarget({ types: [`${typePrefix}taxes.update`], url: 'http://localhost:3000/d' })
const rest = toTarget('http://localhost:3000/e')

test.for<[type: string | null, targets: Target[], found: Target | null]>([
  ['issued_documents.invoices.create', [invoices, created, rest], invoices],
  ['issued_documents.invoices.create', [created, invoices, rest], created],
  ['issued_documents.quotes.create', [invoices, created, rest], created],
  ['issued_documents.quotes.update', [invoices, created, rest], rest],
  ['entities.suppliers.delete', [invoices, entities], entities],
  ['entitiesx.suppliers', [entities], null],
  ['taxes.update', [entities, long], long],
  ['taxes.create', [entities, long], null],
  ['something.new', [entities, rest], rest],
  [null, [entities, rest], rest],
  [null, [entities], null],
  ['taxes.update', [], null],
])('%s goes to the first that wants it', ([type, targets, found]) => {
  expect(findTarget(targets, type === null ? null : typePrefix + type)).toBe(found)
})

const configured = [
  toTarget('https://staging.example.com/webhooks'),
  toTarget('http://localhost:3000/webhooks'),
]
const ownPorts = [4620, 4621, 4622]

test.for([
  'http://localhost:3000/webhooks',
  'https://staging.example.com/webhooks',
  'https://STAGING.example.com:443/webhooks',
  'http://localhost:8080/other',
  'http://127.0.0.1:8080/',
  'http://127.1.2.3/',
  'https://[::1]:3000/',
  // 127.0.0.1 in other spellings, as every URL reader understands them.
  'http://2130706433:8080/',
  'http://0x7f.1:8080/',
  'http://017700000001:8080/',
  // Names below localhost, and what the system connects to itself.
  'http://app.localhost:3000/w',
  'http://0.0.0.0:8080/',
  'http://[::]:8080/',
  'http://[::ffff:127.0.0.1]:8080/',
])('a replay may go to %s', (to) => {
  expect(checkReplayTarget(to, configured, ownPorts).href).toBe(new URL(to).href)
})

test.for([
  // Of the cloud, of the local network, of anybody.
  'http://169.254.169.254/latest/meta-data/',
  'http://[fe80::1]/',
  'http://10.0.0.1/',
  'http://172.16.0.1/',
  'http://192.168.1.1/',
  'http://100.64.0.1/',
  'http://[fd00::1]/',
  'http://example.com/',
  // Not what it seems.
  'http://[::ffff:169.254.169.254]/',
  'http://[::ffff:10.0.0.1]/',
  'http://[64:ff9b::7f00:1]/',
  'http://2852039166/',
  'http://localhost.evil.example/',
  'http://127.0.0.1.nip.io/',
  'http://localtest.me/',
  'http://localhost./',
  'http://evil.example#@127.0.0.1/',
  // Near the configured one.
  'https://staging.example.com/other',
  'https://staging.example.com:8443/webhooks',
  'http://staging.example.com/webhooks',
  'https://staging.example.com/webhooks?x=1',
])('a replay may not go to %s', (to) => {
  expect(() => checkReplayTarget(to, configured, ownPorts)).toThrow(
    expect.objectContaining({
      code: 'FIC_DEV_E_REPLAY_TARGET',
      message: expect.stringContaining('neither a configured target nor this machine'),
    }),
  )
})

test.for([
  'http://localhost:4620/api/notifications',
  'http://127.0.0.1:4621/secret',
  'http://[::1]:4622/',
  'http://127.9.9.9:4620/',
  'http://2130706433:4621/',
  'https://localhost:4620/',
  'http://0.0.0.0:4621/',
  'http://[::]:4620/',
  'http://x.localhost:4622/',
  'http://[::ffff:127.0.0.1]:4621/',
])('a replay may not come back to us by %s', (to) => {
  expect(() => checkReplayTarget(to, configured, ownPorts)).toThrow(/is fic-dev itself/)
})

test('not even a configured target may be one of our own ports on this machine', () => {
  const self = [toTarget('http://localhost:4621/secret')]

  expect(() => checkReplayTarget('http://localhost:4621/secret', self, ownPorts)).toThrow(/is fic-dev itself/)
})

test('an address without a port is that of its scheme', () => {
  expect(() => checkReplayTarget('http://localhost/', [], [80])).toThrow(/is fic-dev itself/)
  expect(() => checkReplayTarget('https://localhost/', [], [443])).toThrow(/is fic-dev itself/)
  expect(checkReplayTarget('https://localhost/', [], [80]).port).toBe('')
})

test.for([
  ['', 'is not an http(s) URL'],
  ['/webhooks', 'is not an http(s) URL'],
  ['webhooks', 'names no host; add a port, as in "webhooks:3000"'],
  ['file:///etc/passwd', 'has the scheme "file", not http or https'],
  ['gopher://127.0.0.1:70/', 'has the scheme "gopher", not http or https'],
  ['ftp://127.0.0.1/', 'has the scheme "ftp", not http or https'],
  ['javascript:alert(1)', 'is not an http(s) URL'],
  ['data:text/plain,x', 'is not an http(s) URL'],
  ['unix:/var/run/docker.sock', 'is not an http(s) URL'],
  ['http://', 'is not an http(s) URL'],
  ['http://[::1', 'is not an http(s) URL'],
] as const)('"%s" is no address of a target', ([to, problem]) => {
  expect(() => checkReplayTarget(to, configured, ownPorts)).toThrow(
    expect.objectContaining({ code: 'FIC_DEV_E_REPLAY_TARGET', message: `"${to}" ${problem}.` }),
  )
})
