import { expect, test } from 'vitest'
import { createHints, hintOnDelivery, hintOnTarget } from '../../src/cli/terminal/hints.ts'
import { supportsLinks, toLink } from '../../src/cli/terminal/links.ts'
import type { Cause } from '../../src/contract/notification.ts'
import { readEnvironment } from '../../src/config/environment.ts'
import { createFolder } from '../support/process.ts'

const token = { sign: 'original', target: 'http://localhost:3000/' } as const
const cause: Cause = { code: 'csrf', tone: 'warning', what: 'A.', why: 'B.', todo: 'C.' }

test('a cause is one line; without one there is no hint', () => {
  expect(hintOnDelivery({ cause, responseBody: null, ...token })).toEqual({ code: 'csrf', text: 'A. B. C.' })
  expect(hintOnTarget({ cause })).toEqual({ code: 'csrf', text: 'A. B. C.' })
  expect([
    hintOnDelivery({ cause: null, responseBody: 'ok', ...token }),
    hintOnTarget({ cause: null }),
  ]).toEqual([null, null])
})

test('a refused token is named with its audience and its key', () => {
  const refused = { cause: { ...cause, code: 'signature' }, responseBody: null, ...token }
  expect(hintOnDelivery(refused, 'https://sink.example/1')?.text).toBe(
    'A. B. C. This token has the audience https://sink.example/1 and is signed with the key that signs notifications.',
  )
  expect(hintOnDelivery({ ...refused, sign: 'dev' })?.text).toBe(
    'A. B. C. This token has the audience http://localhost:3000/ and is signed with the dev key of this project.',
  )
  expect(hintOnDelivery(refused)?.text).toBe('A. B. C.')
})

test('the first 500 characters of the answer are shown, none of which steers the terminal', () => {
  const text =
    hintOnDelivery({ cause, ...token, responseBody: `\u001B[31mTypeError\n${'🧾'.repeat(600)}` })?.text ?? ''
  expect(text).toBe(
    `A. B. C. The answer begins:\n    ␛[31mTypeError\n    ${'🧾'.repeat(500 - '␛[31mTypeError\n'.length)}`,
  )
})

test('a hint is given once for each target and cause', () => {
  const said: string[] = []
  const tell = createHints((text) => said.push(text))
  const hint = (code: string) => ({ code, text: code })
  for (const code of ['not-found', 'not-found', 'signature', 'not-found'])
    tell('http://localhost:3000/', hint(code))
  tell('http://localhost:3000/', null)
  tell('http://localhost:4000/', hint('not-found'))
  expect(said).toEqual(['not-found', 'signature', 'not-found'])
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
