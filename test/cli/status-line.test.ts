import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import { createFolder, run } from '../support/process.ts'
import { openScreen, type Screen } from './screen.ts'
import { startTarget } from '../support/target.ts'
import { ctrlC, hasTerminal, openTerminal } from '../support/terminal.ts'

const anyPort = ['--port', '0', '--sink-port', '0', '--emulator-port', '0']
const wide = { columns: 120, rows: 20 }
const narrow = { columns: 40, rows: 12 }

const isStatus = (line: string) => line.includes('? keys')
const last = (lines: string[]) => lines.at(-1) ?? ''
/** Whole, with nothing before or behind. */
const isArrival = (line: string) =>
  /^\d\d:\d\d:\d\d {2}--> entities\.clients\.create \[\d+:[0-9a-f]+…\] ids \d+ {2}signed$/.test(line)
const isAnswer = (line: string) =>
  /^\d\d:\d\d:\d\d {2}<-- \[200\] POST http:\/\/127\.0\.0\.1:\d+\/\S* \(\d+ms\)$/.test(line)

async function quit(screen: Screen): Promise<void> {
  screen.type('q')
  expect(await screen.ended).toBe(0)
}

/** A daemon with the emulator, ready, and its welcome delivered. */
async function openDaemon(cwd: string, args: readonly string[], window = wide): Promise<Screen> {
  const screen = openScreen(['--emulator', ...anyPort, ...args], { cwd }, window)
  await screen.sees((lines) => last(lines).includes('SUB1 verified'))
  return screen
}

describe.skipIf(!hasTerminal)('the status line', () => {
  test('stands below everything else, once, and tells how it goes', async () => {
    const cwd = createFolder()
    await using target = await startTarget()
    const screen = await openDaemon(cwd, ['-f', target.url])
    const says = (line: string) => screen.sees((lines) => last(lines) === line)
    const atRest = await says(' SUB1 verified · target 200 delivered · 2 received · ? keys')
    expect(atRest.filter(isStatus)).toHaveLength(1)

    screen.type('p')
    screen.type('t')
    await says(' SUB1 verified · target 200 delivered · paused · 3 received · 1 waiting · ? keys')
    screen.type('p')
    const free = await says(' SUB1 verified · target 200 delivered · 3 received · ? keys')
    expect(free.filter(isStatus)).toHaveLength(1)
    await quit(screen)
  })

  test('a burst of lines and the line below them do not tear each other', async () => {
    const cwd = createFolder()
    await using target = await startTarget()
    const screen = await openDaemon(cwd, ['-f', target.url])
    await run(['trigger', 'entities.clients.create', '--count', '300'], { cwd })
    const lines = await screen.sees(
      (found) => found.filter(isAnswer).length === 301 && last(found).includes('302 received · ? keys'),
    )
    expect(lines.filter((line) => line.includes('clients.create')).every(isArrival)).toBe(true)
    expect(lines.filter(isArrival)).toHaveLength(300)
    expect(lines.filter((line) => line.includes('<--')).every(isAnswer)).toBe(true)
    expect(lines.filter(isStatus)).toEqual([last(lines)])
    await quit(screen)
  })

  test('in a narrow window it says what fits, and stays one line', async () => {
    await using target = await startTarget()
    const screen = await openDaemon(createFolder(), ['-f', target.url], narrow)
    await screen.sees((found) => last(found) === ' SUB1 verified · target 200 delivered')
    await screen.resize({ columns: 48, rows: 12 })
    const lines = await screen.sees(
      (found) => last(found) === ' SUB1 verified · target 200 delivered · ? keys',
    )
    expect(lines.filter((line) => line.includes('SUB1 verified'))).toHaveLength(1)
    await quit(screen)
  })

  test('it follows the window, smaller and larger, and leaves nothing behind', async () => {
    const cwd = createFolder()
    await using target = await startTarget()
    const screen = await openDaemon(cwd, ['-f', target.url])
    await screen.sees((lines) => last(lines).includes('2 received · ? keys'))
    for (const columns of [60, 25, 12, 40, 120]) {
      await screen.resize({ columns, rows: 20 })
      const before = target.received.length
      screen.type('t')
      await screen.sees((lines) => lines.filter((line) => line.includes('<--')).length > before)
      await screen.sees(
        (lines) => last(lines).trim() !== '' && last(lines).startsWith(' SUB1'.slice(0, columns - 1)),
      )
    }
    const lines = await screen.sees((found) => last(found).includes('7 received · ? keys'))
    expect(lines.filter((line) => line.includes('SUB1 verified'))).toEqual([last(lines)])
    expect(lines.filter((line) => line.includes('<--')).every(isAnswer)).toBe(true)
    await quit(screen)
  })

  test('q and Ctrl-C take it away', async () => {
    for (const [key, exitCode] of [
      ['q', 0],
      [ctrlC, 130],
    ] as const) {
      const screen = await openDaemon(createFolder(), [])
      screen.type(key)
      expect(await screen.ended).toBe(exitCode)
      const lines = await screen.lines()
      expect(lines.filter(isStatus)).toEqual([])
      expect(last(lines)).toBe('stopped')
    }
  })

  test('a later Ctrl-C leaves at once, and no line behind', async () => {
    const cwd = createFolder()
    await using emulator = await createEmulator()
    const key = Buffer.from(emulator.publicKey).toString('base64')
    const args = ['--api-base', emulator.url, '--public-key', key, '--tunnel', 'none', '--on-exit', 'delete']
    const place = { cwd, environment: { FIC_ACCESS_TOKEN: 'a-token', FIC_COMPANY_ID: '12345' } }
    const screen = openScreen([...anyPort, ...args], place, wide)
    await screen.sees((lines) => last(lines).includes('SUB1 verified'))
    emulator.faults.set({ api: { delayMs: 600_000 } })
    screen.type(ctrlC)
    await screen.sees((lines) => / closing/.test(last(lines)))
    // Within a second it would be the same wish.
    await pause(1_100)
    screen.type(ctrlC)
    expect(await screen.ended).toBe(130)
    const lines = await screen.lines()
    expect(lines).toContainEqual(expect.stringMatching(/^Closing\. Press Ctrl-C to quit immediately\./))
    expect(lines.filter(isStatus)).toEqual([])
    expect(existsSync(join(cwd, '.fic-dev', 'daemon.json'))).toBe(true)
  })

  test('while it starts it says what it waits for, and q ends it then, too', async () => {
    await using emulator = await createEmulator()
    emulator.faults.set({ api: { delayMs: 600_000 } })
    const key = Buffer.from(emulator.publicKey).toString('base64')
    const args = ['--api-base', emulator.url, '--public-key', key, '--tunnel', 'none']
    const environment = { FIC_ACCESS_TOKEN: 'a-token', FIC_COMPANY_ID: '12345' }
    const screen = openScreen([...anyPort, ...args], { cwd: createFolder(), environment }, wide)
    await screen.sees((lines) => /^ \S looking at the subscription/.test(last(lines)))
    screen.type('r')
    const lines = await screen.sees((found) => found.includes('fic-dev is not ready yet.'))
    expect(lines.filter((line) => line.includes('looking at the subscription')).length).toBeLessThan(2)
    screen.type('q')
    expect(await screen.ended).toBe(0)
    const left = await screen.lines()
    expect(left).toContain('Closing. Press Ctrl-C to quit immediately.')
    expect(left.filter((line) => isStatus(line) || line.endsWith(' closing'))).toEqual([])
  })

  test('a start that fails leaves the error, and nothing below it', async () => {
    const cwd = createFolder()
    writeFileSync(join(cwd, 'a-file'), '')
    const screen = openScreen(['--emulator', ...anyPort, '--data-dir', 'a-file/below'], { cwd }, wide)
    expect(await screen.ended).toBe(1)
    expect(last(await screen.lines())).toBe('  FIC_DEV_E_DATA_DIR_UNUSABLE')
  })

  test('a follower says how it stands with its server', async () => {
    const args = ['follow', 'nats://127.0.0.1:1', '--company', '1', '--port', '0']
    const screen = openScreen(args, { cwd: createFolder() }, wide)
    await screen.sees(
      (found) => last(found) === ' follower disconnected · nothing is forwarded · 0 received · ? keys',
    )
    screen.type('q')
    expect(await screen.ended).toBe(0)
    expect((await screen.lines()).filter(isStatus)).toEqual([])
  })

  test.each<[string, string[], Record<string, string>]>([
    ['--json', ['--json'], {}],
    ['--output quiet', ['--output', 'quiet'], {}],
    ['TERM=dumb', [], { TERM: 'dumb' }],
    ['CI', [], { CI: 'true' }],
  ])('with %s there is none', async (_what, args, environment) => {
    const cwd = createFolder()
    const terminal = openTerminal(['--emulator', ...anyPort, ...args], { cwd, environment })
    await terminal.shows(args.includes('quiet') ? 'shows the keys' : 'ready')
    await run(['trigger', 'entities.clients.create'], { cwd })
    await terminal.shows(args.includes('quiet') ? '' : 'clients.create')
    terminal.type(ctrlC)
    expect(await terminal.ended).toBe(130)
    // oxlint-disable-next-line no-control-regex -- what would be drawn with
    expect(terminal.shown()).not.toMatch(/\u001B\[\??7|\u001B\[J| received/)
  })

  test('NO_COLOR takes its colours, not the line', async () => {
    const cwd = createFolder()
    const screen = openScreen(['--emulator', ...anyPort], { cwd, environment: { NO_COLOR: '1' } }, wide)
    await screen.sees((lines) => last(lines).includes('2 received · ? keys'))
    // oxlint-disable-next-line no-control-regex -- colours
    expect(screen.shown()).not.toMatch(/\u001B\[[\d;]*m/)
    await quit(screen)
  })
})
