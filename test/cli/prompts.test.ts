import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import { createFolder, run } from '../support/process.ts'
import { ctrlC, enter, hasTerminal, openTerminal } from '../support/terminal.ts'
import { readBack } from './read-back.ts'

const down = '\u001B[B'

test.skipIf(!hasTerminal)(
  'in a terminal, each question is asked again until its answer is good; the token is hidden, and saved after a typo',
  async () => {
    const cwd = createFolder()
    await using emulator = await createEmulator()
    await writeFile(join(cwd, 'cloudflared'), '', { mode: 0o755 })
    const PATH = `${cwd}:${process.env['PATH']}`
    const terminal = openTerminal(['init', '--api-base', emulator.url], { cwd, environment: { PATH } })
    const answers: [question: string, ...answers: [answer: string, problem: string | null][]][] = [
      ['Access token', ['a canary', 'A token has no blanks'], ['a/canary', null]],
      ['.env', ['yess', '"yess" is neither y nor n.'], ['1', '"1" is neither'], ['', null]],
      ['Company', ['99', '"99" is not in the list.'], ['108061', null]],
      [
        'Your app',
        ['ftp://x', 'has the scheme "ftp"'],
        ['webhooks', 'names no host'],
        ['product.create=3000', 'Did you mean "products.create"?'],
        ['localhost:5000/hooks', null],
      ],
      [
        'Event types',
        ['nothing.*', 'which no event type matches'],
        ['entities.clients.craete', 'Did you mean "entities.clients.create"?'],
        ['products.stock_update,entities.all.create', null],
      ],
      ['Tunnel', ['carrier pigeon', 'is not in the list'], ['cloudflared', null]],
    ]
    for (const [question, ...tries] of answers) {
      for (const [answer, problem] of tries) {
        await terminal.shows(question)
        terminal.type(answer + enter)
        if (problem !== null) await terminal.shows(problem)
      }
    }
    expect(await terminal.ended).toBe(0)
    expect(terminal.shown()).not.toContain('canary')
    expect(await readBack(cwd)).toEqual({
      company: 108_061,
      apiBase: emulator.url,
      forwardTo: [{ types: [], url: 'http://localhost:5000/hooks', headers: {} }],
      types: ['products.stock_update', 'entities.all.create'],
      tunnel: ['cloudflared'],
    })
    expect(parseEnv(readFileSync(join(cwd, '.env'), 'utf8'))).toEqual({ FIC_ACCESS_TOKEN: 'a/canary' })
    expect((await stat(join(cwd, '.env'))).mode & 0o777).toBe(0o600)
  },
)

test.skipIf(!hasTerminal)(
  'after the emulator, it asks for the token; what is there is the default; a paste answers line by line',
  async () => {
    const cwd = createFolder()
    await using emulator = await createEmulator()
    const before = ['--emulator', '-f', '5000', '-e', 'products.create', '--timeout', '7']
    await run(['init', '--yes', '--api-base', emulator.url, ...before], { cwd })
    const terminal = openTerminal(['init'], { cwd })
    await terminal.shows('[y/N]')
    terminal.type(['yes', 'a/token', 'no', '', '', '', 'public-url', 'hooks.example.com', ''].join('\n'))
    await terminal.shows('The answer is "hooks.example.com", but')
    await terminal.shows('Public URL')
    // As a terminal pastes it, with the ends of lines that Windows has.
    terminal.type('\u001B[200~https://hooks.example.com\r\n\u001B[201~')
    expect(await terminal.ended).toBe(0)
    expect(await readBack(cwd)).toEqual({
      company: 108_061,
      apiBase: emulator.url,
      forwardTo: [{ types: [], url: 'http://localhost:5000/', headers: {} }],
      types: ['products.create'],
      timeout: 7,
      tunnel: ['public-url'],
      publicUrl: 'https://hooks.example.com',
    })
    expect(existsSync(join(cwd, '.env'))).toBe(false)
  },
)

test.skipIf(!hasTerminal)('a token that is refused is asked for again', async () => {
  const cwd = createFolder()
  await using emulator = await createEmulator()
  emulator.faults.set({ api: { status: 401 } })
  const terminal = openTerminal(['init', '--api-base', emulator.url], { cwd })
  await terminal.shows('Access token')
  terminal.type(`a/wrong${enter}`)
  await terminal.shows('refused the access token')
  await terminal.shows('Access token')
  emulator.faults.set({ api: { delayMs: 600_000 } })
  terminal.type(`a/slow${enter}`)
  await terminal.shows('asking Fatture in Cloud')
  terminal.type(ctrlC)
  expect(await terminal.ended).toBe(130)
})

test.skipIf(!hasTerminal).each([
  ['Esc', '\u001B'],
  ['Ctrl-C', ctrlC],
  ['Ctrl-D', '\u0004'],
])('%s at a question leaves every file as it was, and ends with 130', async (_name, key) => {
  const cwd = createFolder()
  await writeFile(join(cwd, 'fic-dev.config.json'), '{ "emulator": true }')
  const terminal = openTerminal(['init', '--force', '--emulator'], { cwd })
  await terminal.shows('Your app')
  terminal.type(`localhost:4000${enter}`)
  await terminal.shows('Event types')
  terminal.type(key)
  await terminal.shows('Nothing was written.')
  expect(await terminal.ended).toBe(130)
  expect(readdirSync(cwd)).toEqual(['fic-dev.config.json'])
})

test.skipIf(!hasTerminal)('an empty project offers init, the emulator and a tunnel', async () => {
  const cwd = createFolder()
  const canceled = openTerminal([], { cwd })
  await canceled.shows('How do you want to begin?')
  for (const way of ['init', 'emulator', 'tunnel']) await canceled.shows(`${way}:`)
  canceled.type(ctrlC)
  expect(await canceled.ended).toBe(130)
  expect(readdirSync(cwd)).toEqual([])

  const emulator = openTerminal([], { cwd })
  await emulator.shows('How do you want to begin?')
  emulator.type(down + enter)
  await emulator.shows('fic-dev is ready')
  emulator.type('q')
  expect(await emulator.ended).toBe(0)
  expect(existsSync(join(cwd, 'fic-dev.config.ts'))).toBe(false)

  const init = openTerminal([], { cwd })
  await init.shows('How do you want to begin?')
  init.type(enter)
  await init.shows('Access token')
  init.type(enter + enter + enter)
  await init.shows('Wrote fic-dev.config.ts')
  await init.shows('fic-dev is ready')
  init.type('q')
  expect(await init.ended).toBe(0)
  expect(await readBack(cwd)).toMatchObject({ emulator: true })
})

test.skipIf(!hasTerminal)('clear asks again after a typo, and takes Ctrl-D for a no', async () => {
  const cwd = createFolder()
  const no = openTerminal(['clear'], { cwd })
  await no.shows('[y/N]')
  no.type('\u0004')
  expect(await no.ended).toBe(1)
  const yes = openTerminal(['clear'], { cwd })
  await yes.shows('[y/N]')
  yes.type(`yse${enter}`)
  await yes.shows('"yse" is neither y nor n.')
  await yes.shows('[y/N]')
  yes.type(`y${enter}`)
  expect(await yes.ended).toBe(0)
})
