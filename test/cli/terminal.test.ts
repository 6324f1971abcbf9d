import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { oneWishMs } from '../../src/cli/signals.ts'
import { createEmulator } from '../../src/emulator/index.ts'
import { createFolder, follow, run } from '../support/process.ts'
import { startTarget } from '../support/target.ts'
import { ctrlC, hasTerminal, openTerminal, type Terminal } from '../support/terminal.ts'

const anyPort = ['--port', '0', '--sink-port', '0', '--emulator-port', '0']

/** A daemon with the emulator, in a terminal, ready for keys. */
async function openDaemon(cwd: string, args: readonly string[], environment = {}): Promise<Terminal> {
  const terminal = openTerminal(['--emulator', ...anyPort, ...args], { cwd, environment })
  await terminal.shows('fic-dev is ready')
  await terminal.shows('? keys')
  return terminal
}

test.skipIf(!hasTerminal)('the keys: help, trigger, pause, replay, clear, quit', async () => {
  const cwd = createFolder()
  await using target = await startTarget()
  const terminal = await openDaemon(cwd, ['-f', target.url])
  terminal.type('?')
  await terminal.shows('p  pause or resume forwarding')
  await terminal.shows('q  quit')
  terminal.type('t')
  await terminal.shows('issued_documents.invoices.create')
  await terminal.shows('[200]')
  terminal.type('p')
  await terminal.shows('Forwarding is paused')
  const before = target.received.length
  terminal.type('t')
  await terminal.shows('issued_documents.invoices.create')
  terminal.type('p')
  await terminal.shows('Forwarding is resumed')
  await terminal.shows('[200]')
  expect(target.received).toHaveLength(before + 1)
  terminal.type('r')
  await terminal.shows('replay')
  expect(target.received.at(-1)?.headers).toMatchObject({ 'x-fic-dev-replay': '1' })
  terminal.type('c')
  await terminal.shows('\u001B[2J')
  terminal.type('q')
  await terminal.shows('stopped')
  expect(await terminal.ended).toBe(0)
})

test.skipIf(!hasTerminal)('Ctrl-C ends in order, with 130', async () => {
  const cwd = createFolder()
  const terminal = await openDaemon(cwd, [])
  terminal.type(ctrlC)
  await terminal.shows('Press Ctrl-C to quit immediately')
  expect(await terminal.ended).toBe(130)
  expect(existsSync(join(cwd, '.fic-dev', 'daemon.json'))).toBe(false)
})

test.skipIf(!hasTerminal)('a later Ctrl-C leaves at once, and says what was not deleted', async () => {
  const cwd = createFolder()
  await using emulator = await createEmulator()
  const key = Buffer.from(emulator.publicKey).toString('base64')
  const args = ['--api-base', emulator.url, '--public-key', key, '--tunnel', 'none', '--on-exit', 'delete']
  const terminal = openTerminal([...anyPort, ...args], { cwd })
  await terminal.shows('fic-dev is ready')
  await terminal.shows('? keys')
  // The first one wants to delete the subscription, and waits for an answer that does not come.
  emulator.faults.set({ api: { delayMs: 600_000 } })
  terminal.type(ctrlC)
  await terminal.shows('Closing')
  // Earlier it would be the same wish.
  await new Promise((resolve) => setTimeout(resolve, oneWishMs + 200))
  terminal.type(ctrlC)
  await terminal.shows('The subscription SUB1 was not deleted.')
  await terminal.shows('fic-dev subscriptions delete SUB1')
  expect(await terminal.ended).toBe(130)
  expect(existsSync(join(cwd, '.fic-dev', 'daemon.json'))).toBe(true)
})

test.skipIf(!hasTerminal)(
  'colours and links are for terminals: the link of the inspector can be clicked where that is known to work',
  async () => {
    const linking = await openDaemon(createFolder(), [], { TERM_PROGRAM: 'vscode' })
    expect(linking.shown()).toMatch(
      // oxlint-disable-next-line no-control-regex -- this is what a link is made of
      /\u001B]8;;(http:\/\/127\.0\.0\.1:\d+\/open\/[\w-]+)\u001B\\\1\u001B]8;;\u001B\\/,
    )
    expect(linking.shown()).toContain('\u001B[32m')
    const plain = await openDaemon(createFolder(), [], { TERM_PROGRAM: 'vscode', NO_COLOR: '1' })
    expect(plain.shown()).not.toContain('\u001B]8')
    expect(plain.shown()).not.toContain('\u001B[32m')
  },
)

test('hints stand beside the lines, once for each cause, and the end tells what still waits', async () => {
  const cwd = createFolder()
  await using target = await startTarget()
  const daemon = follow(['--emulator', '-f', target.url, ...anyPort], { cwd })
  await daemon.said('fic-dev is ready')
  // The welcome, before the target answers otherwise.
  await daemon.text((line) => line.includes('[200]'))
  const trigger = () => run(['trigger', 'entities.clients.create'], { cwd })
  const saySeen = (status: number) =>
    target.answerWith((_request, response) => response.writeHead(status).end('seen'))
  saySeen(404)
  for (let count = 0; count < 2; count++) {
    await trigger()
    await daemon.text((line) => line.includes('[404]'))
  }
  saySeen(500)
  await trigger()
  await daemon.text((line) => line.includes('[500]'))
  await daemon.said('Its own log says more. The answer begins:\n    seen')
  daemon.signal('SIGINT')
  expect(await daemon.ended).toBe(130)
  expect(
    daemon.stderr().match(/hint {2}http\S+ answered 404\. Your app has no route for this path/g),
  ).toHaveLength(1)
  expect(daemon.stderr().trimEnd().split('\n').at(-1)).toBe('stopped; 1 delivery waits for the next start')
})

test('a target that refuses connections is asked about, and what was triggered waits', async () => {
  const cwd = createFolder()
  const daemon = follow(['--emulator', '-f', 'http://127.0.0.1:1/', ...anyPort], { cwd })
  await daemon.said(
    'No connection to http://127.0.0.1:1/: connection refused. No program listens there. Is your app running',
  )
  await daemon.said('fic-dev is ready')
  await run(['trigger', 'entities.clients.create'], { cwd })
  await daemon.text((line) => line.includes('entities.clients.create'))
  daemon.signal('SIGINT')
  await daemon.ended
  // The welcome waits, too.
  expect(daemon.stderr()).toMatch(/stopped; 2 deliveries wait for the next start\n$/)
})
