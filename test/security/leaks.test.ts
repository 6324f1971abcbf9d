/** The built program with canaries for tokens, at its most talkative, until it crashes. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { createEmulator } from '../../src/emulator/index.ts'
import { createFolder, isReady, type JsonLine, pidIn, run, start } from '../support/process.ts'
import { startTarget } from '../support/target.ts'
import { toCurl } from '../../web/src/curl.ts'

const accessToken = 'a/canary-of-the-access-token-77c1'

const isEvent = (line: JsonLine) => line['type'] === 'notification' && line['notification'].kind === 'event'

/** A mistake of ours, at the press of a signal: in a callback, and in a promise that nobody awaits. */
const crashes = {
  SIGUSR2: `process.once('SIGUSR2', () => { throw new Error('a mistake of ours') })`,
  SIGPIPE: `process.once('SIGPIPE', () => void Promise.reject(new Error('a mistake of ours')))`,
} as const

function textsIn(folder: string): { name: string; text: string }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => ({ name: entry.name, text: readFileSync(join(entry.parentPath, entry.name), 'latin1') }))
}

/** All that an open page is told. */
async function listen(inspectorUrl: string, token: string): Promise<string[]> {
  const told: string[] = []
  const socket = new WebSocket(`${inspectorUrl.replace('http', 'ws')}/api/stream?after=0`, {
    headers: { authorization: `Bearer ${token}` },
  })
  onTestFinished(() => socket.terminate())
  socket.on('message', (data: Buffer) => told.push(String(data)))
  await new Promise<void>((resolve, reject) => socket.once('message', () => resolve()).once('error', reject))
  return told
}

test.for(['SIGUSR2', 'SIGPIPE'] as const)(
  'logs, output, stream, exports, files, the command line and the report of a crash (%s) hold no token',
  async (signal) => {
    const cwd = createFolder()
    const elsewhere = createFolder()
    writeFileSync(join(elsewhere, 'crash.cjs'), crashes[signal])
    const environment = {
      FIC_ACCESS_TOKEN: accessToken,
      FIC_COMPANY_ID: '12345',
      NODE_OPTIONS: `--require ${join(elsewhere, 'crash.cjs')}`,
    }
    await using emulator = await createEmulator()
    await using target = await startTarget()
    const flags = [
      '--api-base',
      emulator.url,
      '--public-key',
      Buffer.from(emulator.publicKey).toString('base64'),
    ]
    const daemon = start([...flags, '--tunnel', 'none', '--log-level', 'debug', '-f', target.url], {
      cwd,
      environment,
    })
    const ready = await daemon.line(isReady)
    const { token } = JSON.parse(readFileSync(join(cwd, '.fic-dev', 'daemon.json'), 'utf8'))
    const told = await listen(ready['inspectorUrl'], token)
    await emulator.trigger({ type: 'taxes.create', ids: [5], company: 12345 })
    await daemon.line(isEvent)
    await target.waitFor(2)
    emulator.faults.set({ api: { status: 401 } })
    const place = { cwd, environment: { ...environment, NODE_OPTIONS: '' } }
    const commands = [
      ['list', '--json'],
      ['show', 'last'],
      ['show', 'last', '--json'],
      ['export', '--format', 'har'],
      ['export', '--format', 'ndjson'],
      ['subscriptions', ...flags],
      ['doctor', ...flags],
      ['--print-config', ...flags],
      ['keys'],
      ['replay', 'last', '--json', '--log-level', 'debug'],
    ]
    const printed: string[] = []
    for (const command of commands) {
      const { stdout, stderr } = await run(command, place)
      printed.push(`${command.join(' ')}\n${stdout}${stderr}`)
    }
    const commandLine = readFileSync(`/proc/${pidIn(cwd)}/cmdline`, 'latin1')
    daemon.signal(signal)
    const exitCode = await daemon.ended

    expect([exitCode, daemon.stderr().includes('a mistake of ours')]).toEqual([1, true])
    const outputs = [...told, ...printed, ...daemon.lines, daemon.stderr(), commandLine]
    outputs.push(...target.received.map((request) => JSON.stringify(request)))
    expect(outputs.filter((text) => text.includes(accessToken))).toEqual([])
    const { notification } = JSON.parse(printed[2]?.split('\n')[1] ?? '')
    outputs.push(toCurl(notification, target.url))
    // The link that opens the inspector once is another token than that of the session.
    expect(outputs.filter((text) => text.includes(token))).toEqual([])
    const files = textsIn(cwd)
    expect(files.filter(({ text }) => text.includes(accessToken))).toEqual([])
    expect(
      files
        .filter(({ text }) => text.includes(token))
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(['daemon.json'])
    expect(files.filter(({ name }) => /report|core|heap/.test(name))).toEqual([])
  },
)
