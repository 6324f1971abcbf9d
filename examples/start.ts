/**
 * What `npm start` runs in a clean checkout: fic-dev with its emulator and the config of this repository, the example
 * target, and a few notifications, so that there is something to see.
 */

import { spawn } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { findDaemon } from '../src/daemon/find-daemon.ts'
import type { DaemonFile } from '../src/contract/api.ts'
import { startExampleTarget, type Trust } from './target.ts'

const dataDir = process.env['FIC_DEV_DATA_DIR'] ?? '.fic-dev'
const target: string = await startExampleTarget(3000, whomToTrust, sayOnCleanLine)
// Before the program has the terminal: it draws a line of its own there.
console.error(`
  What you will see is the emulator of Fatture in Cloud: signed notifications, as the real ones are.
    send another    npx fic-dev trigger received_documents.create
    your own app    npm start -- --forward-to http://localhost:8080/webhooks
    a real account  FIC_ACCESS_TOKEN=… npx fic-dev --no-emulator --company 12345 --forward-to http://localhost:8080/webhooks
`)
const program = spawn(process.execPath, ['dist/cli.js', '--forward-to', target, ...process.argv.slice(2)], {
  stdio: 'inherit',
})
program.on('exit', (code, signal) => process.exit(signal ? 130 : (code ?? 1)))
// The terminal sends Ctrl-C to both; the program decides when it is over.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => program.kill('SIGTERM'))

const daemon = await waitForVerified()
if (daemon) {
  // The life of an invoice, and a client who came with it.
  await trigger(daemon, 'entities.clients.create', [11])
  await trigger(daemon, 'issued_documents.invoices.create', [3062300])
  await trigger(daemon, 'issued_documents.invoices.update', [3062300])
  await trigger(daemon, 'issued_documents.invoices.email_sent', [3062300])
}

/** The program has a line of its own at the bottom of this terminal: it goes first, and comes back with its next word. */
function sayOnCleanLine(text: string): void {
  console.error(process.stderr.isTTY ? `\r\u001B[J${text}` : text)
}

/** What the running daemon says: its emulator's key and its own dev key, for notifications and replays. */
async function whomToTrust(): Promise<Trust> {
  const running = await findRunning()
  if (running === null) return { keys: [], audiences: [] }
  const { items } = (await ask(running, '/api/keys')) as { items: { base64: string }[] }
  return { keys: items.map(({ base64 }) => base64), audiences: [running.sinkUrl, target] }
}

/** The running daemon once its subscription is verified; `null` when that does not happen within half a minute. */
async function waitForVerified(): Promise<DaemonFile | null> {
  for (let tries = 0; tries < 150; tries++) {
    await pause(200)
    const running = await findRunning()
    if (running === null || running.pid !== program.pid) continue
    const status = await ask(running, '/api/status').catch(() => null)
    if ((status as { subscription?: { state?: string } } | null)?.subscription?.state === 'verified')
      return running
  }
  return null
}

/** It may be about to end, or not up yet. */
function findRunning(): Promise<DaemonFile | null> {
  return findDaemon(dataDir, 1_000).catch(() => null)
}

async function trigger(daemon: DaemonFile, type: string, ids: number[]): Promise<void> {
  await ask(daemon, '/api/trigger', { type, ids })
}

async function ask({ inspectorUrl, token }: DaemonFile, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(inspectorUrl + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return response.json()
}
