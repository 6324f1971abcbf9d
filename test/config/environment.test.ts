import { expect, test } from 'vitest'
import { createProject, read, refusal } from '../support/project.ts'

test('.env is read, the environment of the process wins, and the source says which it was', async () => {
  const project = createProject({ '.env': 'FIC_COMPANY_ID=1\nFIC_DEV_KEEP="20"\nNODE_ENV=production\n' })
  const { config, sources } = await read(project, { environment: { FIC_COMPANY_ID: '2' } })
  expect([config.company, config.keep]).toEqual([2, 20])
  expect(sources.company).toBe('environment FIC_COMPANY_ID')
  expect(sources.keep).toBe('environment FIC_DEV_KEEP (.env)')
})

test('an empty variable counts as not set', async () => {
  const { config } = await read(createProject(), { environment: { FIC_DEV_KEEP: '', FIC_DEV_MAPPING: ' ' } })
  expect([config.keep, config.mapping]).toEqual([10_000, 'binary'])
})

test('a variable that fic-dev does not have is noted', async () => {
  const { notes } = await read(createProject(), { environment: { FIC_DEV_FOWARD_TO: 'x' } })
  expect(notes).toEqual([
    'FIC_DEV_FOWARD_TO is set, but fic-dev has no such variable. Did you mean "FIC_DEV_FORWARD_TO"?',
  ])
})

test.each([
  ['1', true],
  ['yes', true],
  ['TRUE', true],
  ['0', false],
  ['off', false],
])('a toggle takes %s', async (text, value) => {
  expect((await read(createProject(), { environment: { FIC_DEV_EMULATOR: text } })).config.emulator).toBe(
    value,
  )
})

test('the token comes from FIC_ACCESS_TOKEN, from .env, or from the file that FIC_ACCESS_TOKEN_FILE names', async () => {
  const project = createProject({ 'token.txt': 'a/from-file\n' })
  const direct = await read(project, { environment: { FIC_ACCESS_TOKEN: 'a/direct' } })
  const file = await read(project, { environment: { FIC_ACCESS_TOKEN_FILE: 'token.txt' } })
  const dotEnv = await read(createProject({ '.env': 'FIC_ACCESS_TOKEN=a/dotenv' }))
  expect([direct, file, dotEnv].map(({ secrets }) => secrets.accessToken)).toEqual([
    'a/direct',
    'a/from-file',
    'a/dotenv',
  ])
})

test('the token is nowhere in what can be printed', async () => {
  const { secrets: _secrets, ...printable } = await read(createProject(), {
    environment: { FIC_ACCESS_TOKEN: 'a/canary' },
  })
  expect(JSON.stringify(printable)).not.toContain('canary')
})

test('a broken token is refused without being told', async () => {
  const { message, hint } = await refusal(createProject(), { environment: { FIC_ACCESS_TOKEN: 'can ary' } })
  expect(message).toContain('FIC_ACCESS_TOKEN gives a token')
  expect(`${message}${hint}`).not.toContain('ary"')
  const missing = await refusal(createProject(), { environment: { FIC_ACCESS_TOKEN_FILE: 'gone' } })
  expect(missing.message).toContain('FIC_ACCESS_TOKEN_FILE cannot be read')
})

test.each([
  [{}, true, true],
  [{}, false, false],
  [{ NO_COLOR: '1' }, true, false],
  [{ NO_COLOR: '' }, true, true],
  [{ FORCE_COLOR: '1' }, false, true],
  [{ FORCE_COLOR: '0' }, true, false],
  [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
  [{ TERM: 'dumb' }, true, false],
  [{ TERM: 'dumb', FIC_DEV_COLOR: 'on' }, true, true],
])('colour with %o, on a terminal: %s', async (environment, isTerminal, color) => {
  expect((await read(createProject(), { environment, isTerminal })).config.color).toBe(color)
})

test('no browser is opened without a terminal, or in CI, unless it is asked for', async () => {
  const desktop = { DISPLAY: ':0' }
  const opens = async (environment: NodeJS.ProcessEnv, isTerminal: boolean, flags = {}) =>
    (await read(createProject(), { environment, isTerminal, flags })).config.open
  expect(await opens(desktop, true)).toBe(true)
  expect(await opens(desktop, false)).toBe(false)
  expect(await opens({ ...desktop, CI: 'true' }, true)).toBe(false)
  expect(await opens({ CI: 'true' }, false, { open: true })).toBe(true)
})
