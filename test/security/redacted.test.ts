/** What people send to others, a report and a redacted export, holds nothing that opens or names a project. */

import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import { createFolder, isReady, run, start } from '../support/process.ts'
import { startTarget } from '../support/target.ts'

const canaries = {
  token: 'a/canary-token-7f3a9b1c5d',
  header: 'canary-header-value',
  authorization: 'canary-authorization',
  company: '70707123',
  id: '60606123',
  textId: 'canary-text-id',
  path: 'canary-path',
  query: 'canary-query',
  answer: 'canary-answer',
  cookie: 'canary-cookie',
} as const

function leaksIn(text: string, more: string[]): string[] {
  const decoded = [...text.matchAll(/[A-Za-z0-9+/]{12,}={0,2}/g)].map(([part]) =>
    Buffer.from(part, 'base64').toString('latin1'),
  )
  const all = [text, ...decoded].join('\n')
  const wanted = [...Object.values(canaries), ...more]
  return wanted.flatMap((value) => [value, encodeURIComponent(value)]).filter((value) => all.includes(value))
}

test('a report and a redacted export are without secrets, ids and data, and say what happened', async () => {
  const emulator = await createEmulator()
  onTestFinished(() => emulator.close())
  await using app = await startTarget(0, (_request, response) => {
    response.writeHead(403, { 'set-cookie': canaries.cookie }).end(`<h1>${canaries.answer} CSRF</h1>`)
  })
  const cwd = createFolder()
  const place = {
    cwd,
    environment: {
      FIC_ACCESS_TOKEN: canaries.token,
      FIC_COMPANY_ID: canaries.company,
      FIC_DEV_API_BASE: emulator.url,
      FIC_DEV_PUBLIC_KEY: Buffer.from(emulator.publicKey).toString('base64'),
    },
  }
  const target = `http://127.0.0.1:${app.port}/${canaries.path}?key=${canaries.query}`
  writeFileSync(
    join(cwd, 'fic-dev.config.json'),
    JSON.stringify({
      forwardTo: target,
      headers: { 'x-own': canaries.header, authorization: `Basic ${canaries.authorization}` },
    }),
  )
  const daemon = start(['--tunnel', 'none', '--log-level', 'debug'], place)
  await daemon.line(isReady)
  await emulator.trigger({
    type: 'entities.clients.create',
    ids: [Number(canaries.id), canaries.textId],
    company: Number(canaries.company),
  })
  await daemon.line(({ type, delivery }) => type === 'delivery' && delivery.verdict === 'dropped')
  // As a daemon in the background keeps it.
  writeFileSync(join(cwd, '.fic-dev', 'fic-dev.log'), [...daemon.lines, daemon.stderr()].join('\n'))
  const secrets = JSON.parse(readFileSync(join(cwd, '.fic-dev', 'secrets.json'), 'utf8'))
  const { token } = JSON.parse(readFileSync(join(cwd, '.fic-dev', 'daemon.json'), 'utf8'))
  const keyLine = String(secrets.devKey.privateKey).split('\n')[1] ?? ''
  const plain = await run(['export'], place)
  const jwt = /Bearer (eyJ[^"]+)/.exec(plain.stdout)?.[1] ?? ''
  const ceId = JSON.parse(plain.stdout.trim().split('\n').at(-1) ?? '').notification.cloudEvent.id
  const own = [token, secrets.sinkSecret, secrets.probeKey, secrets.subdomain, keyLine, jwt, ceId, cwd]
  // They are there, or the search would prove nothing.
  expect(own.every((value) => typeof value === 'string' && value.length > 8)).toBe(true)
  expect(leaksIn(plain.stdout, own).length).toBeGreaterThan(10)

  const [doctor, ndjson, har] = await Promise.all([
    run(['doctor', '--report', '-o', 'report.json'], place),
    run(['export', '--redact'], place),
    run(['export', '--redact', '--format', 'har'], place),
  ])

  const report = readFileSync(join(cwd, 'report.json'), 'utf8')
  for (const text of [report, ndjson.stdout, har.stdout]) expect(leaksIn(text, own)).toEqual([])
  expect(doctor.stderr).toMatch(/Wrote report\.json\. It contains versions[^]*Left out or replaced: tokens/)
  expect(statSync(join(cwd, 'report.json')).mode & 0o077).toBe(0)
  const { machine, settings, findings, status, notifications, log } = JSON.parse(report)
  expect(machine).toMatchObject({ node: process.versions.node, platform: process.platform })
  expect(settings).toContainEqual({
    name: 'company',
    value: 'set, not shown',
    source: 'environment FIC_COMPANY_ID',
  })
  expect(findings.length).toBeGreaterThan(5)
  expect(status).toMatchObject({
    tunnel: { provider: 'none', history: expect.any(Array) },
    targets: [{ url: `http://127.0.0.1:${app.port}/…`, lastStatus: 403 }],
  })
  expect(notifications).toMatchObject({
    verdicts: { dropped: expect.any(Number) },
    statuses: { 403: expect.any(Number) },
  })
  expect(log.length).toBeGreaterThan(5)

  const other = createFolder()
  writeFileSync(join(other, 'all.ndjson'), ndjson.stdout)
  const imported = await run(['import', 'all.ndjson', '--json'], { cwd: other })
  expect([imported.exitCode, JSON.parse(imported.stdout).skipped]).toEqual([0, 0])
  const found = await run(['list', 'type:clients.create', '--json'], { cwd: other })
  expect(found.stdout.trim().split('\n')).toHaveLength(1)

  daemon.signal('SIGTERM')
  await daemon.ended
  const offline = await run(['doctor', '--report'], place)
  expect(
    leaksIn(readFileSync(join(cwd, 'fic-dev-report.json'), 'utf8') + offline.stderr.replaceAll(cwd, ''), own),
  ).toEqual([])
})

test.each([
  [['doctor', '--out', 'x'], '--out is for a report.'],
  [['export', '--redact', '--fixtures'], '--redact and --fixtures do not go together.'],
  [['doctor', '--report', '--out', 'missing/x'], 'missing/x cannot be written'],
])('%j is a mistake of usage', async (args, says) => {
  const { exitCode, stderr } = await run(args, { cwd: createFolder() })
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining(says)])
})
