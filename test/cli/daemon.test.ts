import { existsSync, readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createFolder, follow, run, start, type JsonLine } from '../support/process.ts'
import { startTarget } from '../support/target.ts'

const invoice = 'issued_documents.invoices.create'
const longInvoice = `it.fattureincloud.webhooks.${invoice}`

const isReady = (line: JsonLine) => line['type'] === 'ready'
const isEvent = (line: JsonLine) => line['type'] === 'notification' && line['notification'].kind === 'event'
const isDelivered = (line: JsonLine) =>
  line['type'] === 'delivery' && line['delivery'].verdict === 'delivered' && !line['delivery'].replay

function objects(stdout: string): JsonLine[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

test('one daemon, driven by the other commands: trigger, list, show, replay, types, keys, open, export, clear, import', async () => {
  const cwd = createFolder()
  await using target = await startTarget()
  const daemon = start(['--emulator', '-f', target.url], { cwd })
  const ready = await daemon.line(isReady)
  expect(Object.keys(ready).sort()).toEqual(['emulatorUrl', 'inspectorUrl', 'openUrl', 'sinkUrl', 'type'])

  const triggered = await run(['trigger', invoice, '--ids', '7,x', '--json'], { cwd })
  expect(triggered.exitCode).toBe(0)
  const { notification } = await daemon.line(isEvent)
  expect(notification).toMatchObject({
    eventType: longInvoice,
    ids: [7, 'x'],
    signature: { outcome: 'valid' },
  })
  expect(objects(triggered.stdout)).toEqual([{ notificationIds: [notification.cloudEvent.id] }])
  await daemon.line((line) => isDelivered(line) && line['delivery'].seq === notification.seq)
  expect(target.received.at(-1)).toMatchObject({
    method: 'POST',
    body: Buffer.from('{"data":{"ids":[7,"x"]}}'),
  })

  const seq = String(notification.seq)
  const listed = await run(['list', '--type', invoice, '--json'], { cwd })
  expect(objects(listed.stdout).map((line) => line['notification'].seq)).toEqual([notification.seq])
  const shown = await run(['show', 'last'], { cwd })
  expect(shown.stdout).toContain(longInvoice)
  const body = await run(['show', seq, '--body'], { cwd })
  expect(body.stdout).toBe('{"data":{"ids":[7,"x"]}}')

  target.answerWith(404)
  const replayed = await run(['replay', seq, '--sign', 'dev', '--header', 'x-mine: 1', '--json'], { cwd })
  expect(replayed.exitCode).toBe(1)
  expect(objects(replayed.stdout)).toMatchObject([
    { type: 'delivery', delivery: { status: 404, verdict: 'dropped' } },
  ])
  expect(target.received.at(-1)?.headers).toMatchObject({ 'x-mine': '1', 'x-fic-dev-replay': '1' })

  const types = objects((await run(['types', 'invoices.create', '--json'], { cwd })).stdout)
  expect(types).toContainEqual({
    type: longInvoice,
    shortName: invoice,
    scopes: ['issued_documents.invoices'],
    members: null,
    held: true,
  })
  const keys = objects((await run(['keys', '--json'], { cwd })).stdout)
  expect(keys.map(({ name }) => name)).toEqual(['dev', 'fic'])
  const opened = objects((await run(['open', '--no-open', '--json'], { cwd })).stdout)
  expect(opened[0]?.['openUrl']).toMatch(new RegExp(`^${ready['inspectorUrl']}/open/`))

  const before = objects((await run(['list', '--json'], { cwd })).stdout).length
  const exported = await run(['export', '-o', 'all.ndjson'], { cwd })
  expect(exported.exitCode).toBe(0)
  const file = join(cwd, 'all.ndjson')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(before)
  const unasked = await run(['clear'], { cwd })
  expect([unasked.exitCode, unasked.stderr.includes('--yes')]).toEqual([2, true])
  expect((await run(['clear', '--yes'], { cwd })).exitCode).toBe(0)
  expect((await run(['list', '--json'], { cwd })).stdout).toBe('')
  const imported = await run(['import', 'all.ndjson', '--json'], { cwd })
  expect(objects(imported.stdout)).toEqual([{ imported: before, skipped: 0 }])

  daemon.signal('SIGINT')
  expect(await daemon.ended).toBe(130)
  expect(daemon.lines.map((line) => JSON.parse(line)).filter(isReady)).toHaveLength(1)
  expect(existsSync(join(cwd, '.fic-dev', 'daemon.json'))).toBe(false)

  const offline = await run(['list', '--json'], { cwd })
  expect(objects(offline.stdout)).toHaveLength(before)
})

test('SIGTERM and SIGHUP end the daemon with 0', async () => {
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
    const daemon = start(['--emulator'], { cwd: createFolder() })
    await daemon.line(isReady)
    daemon.signal(signal)
    expect(await daemon.ended).toBe(0)
  }
})

test('a reader of stdout that goes away ends the daemon without a crash', async () => {
  const daemon = start(['--emulator'], { cwd: createFolder() })
  const ready = await daemon.line(isReady)
  daemon.closeStdout()
  // Whatever is printed next ends it; that may be the welcome, before this is even asked.
  await fetch(`${ready['emulatorUrl']}/_emulator/trigger`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type: invoice }),
  }).catch(() => {})
  expect(await daemon.ended).toBe(0)
  expect(daemon.stderr()).not.toMatch(/EPIPE|error/i)
})

test('a reader that goes away is no failure of a short command either', async () => {
  const listing = follow(['types'], { cwd: createFolder() })
  listing.closeStdout()
  expect(await listing.ended).toBe(0)
  expect(listing.stderr()).toBe('')
})

test('a second daemon in the same folder is told who is there, and ends with 1', async () => {
  const cwd = createFolder()
  const first = start(['--emulator'], { cwd })
  await first.line(isReady)
  const second = await run(['--emulator', '--port', '0', '--sink-port', '0', '--emulator-port', '0'], { cwd })
  expect(second.exitCode).toBe(1)
  expect(second.stderr).toContain('FIC_DEV_E_DATA_DIR_LOCKED')
})

test('a port that was named and is taken ends with 2', async () => {
  await using target = await startTarget()
  const port = new URL(target.url).port
  const { exitCode, stderr } = await run(['--emulator', '--sink-port', port], { cwd: createFolder() })
  expect([exitCode, stderr.includes('FIC_DEV_E_PORT_TAKEN')]).toEqual([2, true])
})

test('without token and emulator it captures, and says how to let it manage the subscription', async () => {
  const args = ['--tunnel', 'none', '--port', '0', '--sink-port', '0']
  const daemon = follow(args, { cwd: createFolder() })
  await daemon.said('fic-dev is ready')
  expect(daemon.stderr()).toContain(
    'To let fic-dev make and keep the subscription, set FIC_ACCESS_TOKEN in the environment and --company (or FIC_COMPANY_ID).',
  )
  daemon.signal('SIGINT')
  expect(await daemon.ended).toBe(130)
})

test('lines for people: signed notifications on stdout, nothing else there, no colour without a terminal', async () => {
  const cwd = createFolder()
  await using target = await startTarget()
  const ports = ['--port', '0', '--sink-port', '0', '--emulator-port', '0']
  const daemon = follow(['--emulator', '-f', target.url, ...ports], { cwd })
  await daemon.said('fic-dev is ready')
  await run(['trigger', invoice, '--ids', '3062300'], { cwd })
  const sent = await daemon.text((line) => line.includes('3062300'))
  const answered = await daemon.text((line) => line.includes('<--'))
  expect(sent).toMatch(
    /^\d\d:\d\d:\d\d {2}--> issued_documents\.invoices\.create \[\d+:[\da-f]{4}…] ids 3062300 {2}signed$/,
  )
  expect(answered).toMatch(
    new RegExp(`^\\d\\d:\\d\\d:\\d\\d {2}<-- \\[200] POST ${target.url} \\(\\d+ms\\)$`),
  )
  for (const line of daemon.lines) expect(line).toMatch(/^\d\d:\d\d:\d\d {2}(?:-->|<--) /)
  daemon.signal('SIGINT')
  expect(await daemon.ended).toBe(130)
})

test('hostile text brings no ESC byte onto the terminal', async () => {
  const cwd = createFolder()
  const daemon = start(['--emulator'], { cwd })
  const { sinkUrl } = await daemon.line(isReady)
  await fetch(sinkUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'ce-type': '%1B]0;owned%07', 'ce-id': '1:%1B%5B2J' },
    body: '{"data":{"ids":["\u001B[31m\u009B2J"]}}',
  })
  await daemon.line(
    (line) => line['type'] === 'notification' && line['notification'].signature.outcome === 'missing',
  )
  const [listed, shown] = [await run(['list'], { cwd }), await run(['show', 'last'], { cwd })]
  const printed = [...daemon.lines, daemon.stderr(), listed.stdout, shown.stdout, shown.stderr].join('\n')
  expect(listed.stdout).toContain('␛]0;owned␇')
  // oxlint-disable-next-line no-control-regex -- this is what must not come through
  expect(printed).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
})

test('the emulator runs alone, and trigger --to reaches it', async () => {
  const cwd = createFolder()
  const alone = follow(['emulator', '--port', '0', '--json'], { cwd })
  const { emulatorUrl, publicKey } = await alone.line(isReady)
  const refused = await run(['trigger', invoice, '--to', emulatorUrl], { cwd })
  expect([refused.exitCode, refused.stderr.includes('FIC_DEV_E_TRIGGER_FAILED')]).toEqual([1, true])

  const daemon = start(['--api-base', emulatorUrl, '--public-key', publicKey, '--tunnel', 'none'], { cwd })
  await daemon.line(isReady)
  expect((await run(['trigger', invoice, '--to', emulatorUrl], { cwd })).exitCode).toBe(0)
  expect((await daemon.line(isEvent))['notification'].signature.outcome).toBe('valid')
  const subscriptions = objects((await run(['subscriptions', '--json'], { cwd })).stdout)
  expect(subscriptions).toMatchObject([{ id: 'SUB1', verified: true }])
  for (const running of [daemon, alone]) {
    running.signal('SIGINT')
    expect(await running.ended).toBe(130)
  }
})
