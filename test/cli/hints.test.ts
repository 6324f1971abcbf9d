import { expect, test } from 'vitest'
import { createHints, hintOnDelivery, hintOnTarget } from '../../src/cli/hints.ts'
import { supportsLinks, toLink } from '../../src/cli/links.ts'
import type { Delivery } from '../../src/contract/notification.ts'
import { readEnvironment } from '../../src/config/environment.ts'
import { createFolder } from '../support/process.ts'

const delivery: Delivery = {
  id: 1,
  seq: 1,
  target: 'http://localhost:3000/webhooks',
  attempt: 1,
  replay: false,
  sign: 'original',
  startedAt: '2026-11-23T09:12:01.000Z',
  durationMs: 12,
  status: 200,
  error: null,
  responseHeaders: [],
  responseBody: '',
  verdict: 'delivered',
  sent: null,
  nextAttemptAt: null,
}

const hint = (changes: Partial<Delivery>) => hintOnDelivery({ ...delivery, ...changes })

test('a cause is named where it can be guessed, and only there', () => {
  expect(hint({ status: null, error: 'connection refused' })?.text).toContain('Is your app running')
  expect(hint({ status: 401 })?.text).toMatch(/fic-dev keys.*fic-dev replay last --sign dev/)
  expect(hint({ status: 403, sign: 'dev' })?.text).toMatch(/fic-dev keys/)
  expect(hint({ status: 403, sign: 'dev' })?.text).not.toContain('replay')
  expect(hint({ status: 404 })?.text).toContain('Is http://localhost:3000/webhooks your webhook route?')
  expect(hintOnTarget({ url: 'http://localhost:3000/', health: 'unreachable', detail: null })?.cause).toBe(
    'refused',
  )
  const notFound = 'the host was not found; deliveries wait'
  expect(hintOnTarget({ url: 'http://x:3000/', health: 'unreachable', detail: notFound })?.text).toBe(
    'No connection to http://x:3000/: the host was not found. Check the address.',
  )
  const nothing = [hint({}), hint({ status: 422 }), hint({ status: null, error: 'no answer within 30 s' })]
  expect([
    ...nothing,
    hint({ status: 500 }),
    hintOnTarget({ url: 'x', health: 'healthy', detail: null }),
  ]).toEqual([null, null, null, null, null])
})

test('of a failure the first 500 characters are shown, none of which steers the terminal', () => {
  const text = hint({ status: 500, responseBody: `\u001B[31mTypeError\n${'🧾'.repeat(600)}` })?.text ?? ''
  expect(text).toBe(`Your app says:\n    ␛[31mTypeError\n    ${'🧾'.repeat(500 - '␛[31mTypeError\n'.length)}`)
})

test('a hint is given once for each target and cause', () => {
  const told: string[] = []
  const tell = createHints((text) => told.push(text))
  for (const status of [404, 404, 200, 404, 401, 403]) tell(delivery.target, hint({ status }))
  tell('http://localhost:4000/', hint({ status: 404, target: 'http://localhost:4000/' }))
  expect(told).toEqual([
    expect.stringContaining('404'),
    expect.stringContaining('401'),
    expect.stringContaining('http://localhost:4000/'),
  ])
})

test('links are for terminals that are known to understand them', () => {
  const folder = createFolder()
  const links = (variables: Record<string, string>, isTerminal = true) =>
    supportsLinks(readEnvironment(folder, variables), isTerminal)
  expect(links({ TERM: 'xterm-256color' })).toBe(false)
  for (const variables of [
    { TERM_PROGRAM: 'vscode' },
    { TERM: 'xterm-kitty' },
    { VTE_VERSION: '7600' },
    { WT_SESSION: 'x' },
  ]) {
    expect(links(variables)).toBe(true)
    expect(links(variables, false)).toBe(false)
    expect(links({ ...variables, CI: 'true' })).toBe(false)
    expect(links({ ...variables, NO_COLOR: '1' })).toBe(false)
    expect(links({ ...variables, FORCE_HYPERLINK: '0' })).toBe(false)
  }
  expect(links({ FORCE_HYPERLINK: '1' }, false)).toBe(true)
  expect(toLink('http://127.0.0.1:1/')).toBe(
    '\u001B]8;;http://127.0.0.1:1/\u001B\\http://127.0.0.1:1/\u001B]8;;\u001B\\',
  )
})
