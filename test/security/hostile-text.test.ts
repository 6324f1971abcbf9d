/** What strangers, the target and Fatture in Cloud's API say cannot steer the terminal it is printed in. */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import { createFolder, follow, isReady, run, start } from '../support/process.ts'
import { hasTerminal, openTerminal } from '../support/terminal.ts'
import { startTarget } from '../support/target.ts'

/** Colours, cursor, title, clipboard, a link, a C1 escape, turned and hidden text, a line that looks like ours. */
const hostile = [
  '\u001B[31mred\u001B[2J',
  '\u001B]0;title\u0007',
  '\u001B]52;c;Y3VybA==\u0007',
  '\u001B]8;;http://evil.example\u001B\\click\u001B]8;;\u001B\\',
  '\u009B2Jc1',
  '\u202Egnp.exe\u2066\u200B',
  '\b\b\b\u0000\u007F',
  '\r10:00:00  --> forged',
  '<script>alert(1)</script></script><svg onload=alert(2)>',
].join(' ')

/** All but line feed and tab: nothing else has a business in lines for people or in JSON. */
const steering = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u
/** What Node lets through in a header. */
const inHeader = 'evil \u009B2J \u0085 \u00FC'

/** Whatever is printed, with what was printed by whom. */
function steeringIn(texts: Record<string, string>): string[] {
  return Object.entries(texts).flatMap(([who, text]) => {
    const at = text.search(steering)
    return at === -1 ? [] : [`${who}: ${JSON.stringify(text.slice(Math.max(0, at - 60), at + 60))}`]
  })
}

/** Unsigned, so that a stranger can send it. */
async function sendHostile(sinkUrl: string): Promise<void> {
  const encoded = encodeURIComponent(hostile)
  const headers = {
    'content-type': `application/json; ${inHeader}`,
    'user-agent': inHeader,
    authorization: `Bearer ${Buffer.from(JSON.stringify({ alg: hostile })).toString('base64url')}.e30.x`,
    'ce-id': `1:${encoded}`,
    'ce-type': encoded,
    'ce-source': encoded,
    'ce-subject': `company:${encoded}`,
    'ce-time': encoded,
    'ce-specversion': encoded,
  }
  const body = JSON.stringify({ data: { ids: [hostile, 5], [hostile]: hostile } })
  expect((await fetch(`${sinkUrl}?x=${inHeader}`, { method: 'POST', headers, body })).status).toBe(200)
  expect((await fetch(sinkUrl, { method: 'POST', headers, body: hostile })).status).toBe(200)
}

/** Answers 404 and then 500 with all of it. */
function startHostileTarget() {
  let answered = 0
  return startTarget(0, (_request, response) => {
    response.writeHead(answered++ % 2 === 0 ? 404 : 500, inHeader, { 'x-answer': inHeader })
    response.end(hostile)
  })
}

test.each([
  ['for people', []],
  ['as JSON', ['--json']],
])('in no line of the daemon and the commands %s is there a character that steers', async (_form, form) => {
  const cwd = createFolder()
  await using target = await startHostileTarget()
  const ports = ['--port', '0', '--sink-port', '0', '--emulator-port', '0']
  const flags = ['--emulator', '--forward-unverified', '--log-level', 'debug', '-f', target.url]
  const daemon = follow(['start', '--no-open', ...form, ...flags, ...ports], { cwd })
  await daemon.said('emulator ready')
  await expect.poll(() => existsSync(join(cwd, '.fic-dev', 'daemon.json'))).toBe(true)
  const { sinkUrl } = JSON.parse(readFileSync(join(cwd, '.fic-dev', 'daemon.json'), 'utf8'))
  await target.waitFor(1)
  await sendHostile(sinkUrl)
  await target.waitFor(3)
  const place = { cwd }
  const token = Buffer.from(hostile).toString('base64url')
  const commands = [
    ['list'],
    ['show', '3'],
    ['replay', '3'],
    ['token', `${token}.${token}.${token}`],
    ['check', target.url],
    ['trigger', `x${hostile}`.replaceAll('\u0000', '')],
  ]
  const printed: Record<string, string> = {}
  for (const command of commands) {
    const { stdout, stderr } = await run([...command, ...form], place)
    printed[command.join(' ')] = stdout + stderr
  }
  daemon.signal('SIGTERM')
  await daemon.ended

  expect(printed['list']).toContain(String.raw`\u202e`)
  expect(steeringIn({ ...printed, daemon: daemon.lines.join('\n'), log: daemon.stderr() })).toEqual([])
  // What looks like a line of ours stands within one.
  expect(daemon.lines.filter((line) => line.startsWith('10:00:00  --> forged'))).toEqual([])
})

test('what the API of Fatture in Cloud says in its errors does not steer either', async () => {
  await using emulator = await createEmulator()
  const flags = ['--api-base', emulator.url, '--tunnel', 'none']
  const place = {
    cwd: createFolder(),
    environment: { FIC_ACCESS_TOKEN: 'any', FIC_COMPANY_ID: '12345' },
  }
  const printed: Record<string, string> = {}
  const said = JSON.stringify({ error: { message: hostile, code: hostile } })
  for (const [status, body] of [
    [401, said],
    [403, said],
    [422, JSON.stringify({ error: { validation_result: { [hostile]: [hostile] } } })],
    [500, hostile],
  ] as const) {
    emulator.faults.set({ api: { status, body } })
    const form = status % 2 === 0 ? [] : ['--json']
    const { stdout, stderr } = await run(['subscriptions', ...flags, ...form], place)
    printed[`${status}`] = stdout + stderr
  }
  const daemon = start([...flags, '--log-level', 'debug'], place)
  await daemon.line((line) => line['type'] === 'error')
  daemon.signal('SIGTERM')
  await daemon.ended

  expect(steeringIn({ ...printed, daemon: daemon.lines.join('\n'), log: daemon.stderr() })).toEqual([])
})

test.skipIf(!hasTerminal)(
  'a raw body and an export are raw in a pipe, and harmless in a terminal',
  async () => {
    const cwd = createFolder()
    const daemon = start(['--tunnel', 'none'], { cwd })
    const { sinkUrl } = await daemon.line(isReady)
    await fetch(sinkUrl, { method: 'POST', body: hostile })
    const piped = await run(['show', 'last', '--body'], { cwd })
    expect(piped.stdout).toBe(hostile)

    for (const command of [
      ['show', 'last', '--body'],
      ['export', '--format', 'har'],
    ]) {
      const terminal = openTerminal(command, { cwd })
      await terminal.ended
      // The terminal itself writes CR LF for LF.
      expect(steeringIn({ [command.join(' ')]: terminal.shown().replaceAll('\r\n', '\n') })).toEqual([])
      expect(terminal.shown()).toContain('forged')
    }
  },
)
