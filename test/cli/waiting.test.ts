import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import { createFolder, run } from '../support/process.ts'
import { freePort } from '../support/ports.ts'
import { openScreen } from './screen.ts'
import { ctrlC, hasTerminal, openTerminal } from '../support/terminal.ts'

const window = { columns: 100, rows: 30 }
const last = (lines: string[]) => lines.at(-1) ?? ''

/** A port that refuses connections until `listen` is called. */
async function keepPort() {
  const server = createServer((_request, response) => void response.end('no'))
  onTestFinished(() => void server.close())
  const port = await freePort()
  return { port, listen: () => once(server.listen(port, '127.0.0.1'), 'listening') }
}

describe.skipIf(!hasTerminal)('what waits says so, in a terminal', () => {
  test('check, until something listens; then its table stands whole, and nothing below it', async () => {
    const { port, listen } = await keepPort()
    const args = ['check', `http://127.0.0.1:${port}/hooks`, '--wait', '600', '--only', 'binary']
    const screen = openScreen(args, { cwd: createFolder() }, window)
    const waiting = await screen.sees((lines) => last(lines).includes('waiting until something listens'))
    expect(last(waiting)).toMatch(new RegExp(`^[⠀-⣿] waiting until something listens at 127.0.0.1:${port}`))
    await listen()
    expect(await screen.ended).toBe(0)
    const lines = await screen.lines()
    expect(lines.filter((line) => line.includes('waiting for'))).toEqual([])
    expect(lines.filter((line) => line.startsWith('right'))).toHaveLength(2)
    expect(last(lines)).toBe('This receiver is right: 2 right.')
  })

  test('Ctrl-C ends what waits as it ends any program, and leaves nothing on the line', async () => {
    const { port } = await keepPort()
    const args = ['check', `http://127.0.0.1:${port}/hooks`, '--wait', '600']
    const screen = openScreen(args, { cwd: createFolder() }, window)
    await screen.sees((lines) => last(lines).includes('waiting until something'))
    screen.type(ctrlC)
    expect(await screen.ended).toBe(130)
    expect((await screen.lines()).filter((line) => line.includes('waiting for'))).toEqual([])
  })

  test('import, while the file still comes', async () => {
    const cwd = createFolder()
    const daemonless = await run(['export', '--format', 'ndjson'], { cwd })
    expect(daemonless.exitCode).toBe(0)
    execFileSync('mkfifo', [join(cwd, 'slow.ndjson')])
    const screen = openScreen(['import', 'slow.ndjson'], { cwd }, window)
    const file = createWriteStream(join(cwd, 'slow.ndjson'))
    await screen.sees((lines) => /^\S importing: 0\.0 MB/.test(last(lines)))
    file.end()
    expect(await screen.ended).toBe(0)
    expect(await screen.lines()).toEqual(['Imported 0, skipped 0 that were there already.'])
  })

  test('init, while it asks for the companies; then nothing is left of it', async () => {
    await using emulator = await createEmulator()
    emulator.faults.set({ api: { delayMs: 1500 } })
    const environment = { FIC_ACCESS_TOKEN: 'a-token' }
    const screen = openScreen(
      ['init', '--api-base', emulator.url],
      { cwd: createFolder(), environment },
      window,
    )
    await screen.sees((lines) => last(lines).includes('asking Fatture in Cloud'))
    const lines = await screen.sees((found) => found.some((line) => line.includes('Company')))
    expect(lines.filter((line) => line.includes('asking Fatture in Cloud'))).toEqual([])
    screen.type(ctrlC)
    expect(await screen.ended).toBe(130)
  })

  test.each([{ CI: '1' }, { TERM: 'dumb' }])('but not with %o', async (environment) => {
    const { port, listen } = await keepPort()
    const args = ['check', `http://127.0.0.1:${port}/hooks`, '--wait', '600', '--only', 'binary']
    const terminal = openTerminal(args, { cwd: createFolder(), environment })
    await terminal.shows('Checking')
    await listen()
    expect(await terminal.ended).toBe(0)
    expect(terminal.shown()).not.toContain('waiting for')
  })
})
