/** Under which names our own servers answer: fewer than those that lead to this machine. */

import { expect, test } from 'vitest'
import { isOwnHost } from '../../src/http/loopback.ts'

test.each(['localhost', 'LOCALHOST:4620', '127.0.0.1', '127.0.0.1:14620', '[::1]:65535'])(
  'a server of ours answers under %s',
  (host) => {
    expect(isOwnHost(host)).toBe(true)
  },
)

test.each([
  '',
  'null',
  'shop.localhost',
  'localhost.example.com',
  '127.0.0.2',
  '0.0.0.0',
  '::1',
  'localhost:0',
  'localhost:65536',
  'http://localhost',
  'localhost/path',
])('a server of ours does not answer under "%s"', (host) => {
  expect(isOwnHost(host)).toBe(false)
})
