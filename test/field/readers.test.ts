/** What a person writes means the same wherever it is read: times, types, URLs, names of this machine. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readUrl } from '../../src/http/url.ts'
import { isLoopback } from '../../src/http/loopback.ts'
import { openDelivery } from '../delivery/parts.ts'
import { readTime } from '../../src/store/filter/time.ts'
import { createFolder, isReady, run, start } from '../support/process.ts'

describe('times', () => {
  const now = new Date('2026-03-10T15:00:00Z')

  test.each([
    ['30m', '2026-03-10T14:30:00.000Z'],
    ['2w', '2026-02-24T15:00:00.000Z'],
    ['2026-03-01T10:30Z', '2026-03-01T10:30:00.000Z'],
    ['2026-03-01 10:30+01:00', '2026-03-01T09:30:00.000Z'],
  ])('%s is %s', (text, iso) => {
    expect(readTime(text, now)?.toISOString()).toBe(iso)
  })

  test.each([
    '5',
    '01/03/2026',
    'foo 3',
    '2026',
    '2026-13-01',
    '2026-02-30',
    '24:00',
    'tomorrow',
    '1e3',
    '-1h',
    '',
  ])('"%s" is none', (text) => {
    expect(readTime(text, now)).toBeNull()
  })

  test('in Rome, a day begins at its own midnight, as a flag and in a filter', async () => {
    const cwd = createFolder()
    const environment = { TZ: 'Europe/Rome' }
    const daemon = start(['--emulator', '--no-open'], { cwd, environment })
    await daemon.line(isReady)
    const today = new Date().toLocaleDateString('sv-SE', { timeZone: 'Europe/Rome' })
    const list = async (...args: string[]) =>
      (await run(['list', '--json', ...args], { cwd, environment })).stdout

    const all = await list()
    expect(all).not.toBe('')
    for (const time of [today, 'today', '2w', '1h']) {
      expect(await list('--since', time)).toBe(all)
      expect(await list(`since:${time}`)).toBe(all)
      expect(await list('--until', time)).toBe(await list(`until:${time}`))
    }
    for (const time of ['5', '01/03/2026', 'foo 3']) {
      const { exitCode, stderr } = await run(['list', '--since', time], { cwd, environment })
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining('a date such as 2026-03-01')])
    }
  })
})

test('a part of a type finds the same as a flag and in a filter', async () => {
  const cwd = createFolder()
  const daemon = start(['--emulator', '--no-open'], { cwd })
  await daemon.line(isReady)
  await run(['trigger', 'issued_documents.invoices.create'], { cwd })
  await daemon.line((line) => line['type'] === 'notification' && line['notification'].kind === 'event')

  for (const type of [
    'invoices.create',
    'issued_documents.invoices.create',
    'issued_documents.all.create',
    'invoices.*',
  ]) {
    const flag = await run(['list', '--json', '--type', type], { cwd })
    const word = await run(['list', '--json', `type:${type}`], { cwd })
    expect(flag.stdout).not.toBe('')
    expect(flag.stdout).toBe(word.stdout)
  }
})

describe('URLs', () => {
  test.each([
    ['web:3000/webhooks', 'http://web:3000/webhooks'],
    ['host.docker.internal:3000', 'http://host.docker.internal:3000/'],
    ['3000', 'http://localhost:3000/'],
    ['localhost/w', 'http://localhost/w'],
    ['[::1]:3000/w', 'http://[::1]:3000/w'],
    ['my-app.test/w', 'http://my-app.test/w'],
    ['HTTPS://App.example/w#x', 'https://app.example/w'],
  ])('%s is %s', (text, href) => {
    expect(readUrl(text)).toEqual({ url: new URL(href) })
  })

  test.each([
    ['http://me:secret@localhost/', 'user name or password'],
    ['me@localhost:3000', 'user name or password'],
    ['ftp://here', 'has the scheme "ftp"'],
    ['webhooks', 'names no host; add a port, as in "webhooks:3000"'],
    ['webhooks/fic', 'names no host; add a port, as in "webhooks:3000"'],
    ['http://', 'not an http(s) URL'],
    ['localhost:99999', 'not an http(s) URL'],
    ['', 'not an http(s) URL'],
  ])('"%s" is refused: %s', (text, problem) => {
    expect(readUrl(text)).toEqual({ problem: expect.stringContaining(problem) })
  })

  test.each(['http://a:3000,http://b:3000', 'localhost:3000,localhost:3001'])(
    '"%s" is refused: several URLs',
    (text) => {
      expect(readUrl(text)).toEqual({ problem: expect.stringContaining('several URLs'), isList: true })
    },
  )

  test('a refused URL is shown without its password, in a flag, check and replay', async () => {
    const cwd = createFolder()
    for (const args of [
      ['--print-config', '-f', 'http://me:canary@localhost/'],
      ['check', 'http://me:canary@localhost/'],
      ['replay', '1', '--to', 'http://me:canary@localhost/'],
    ]) {
      const { exitCode, stdout, stderr } = await run(args, { cwd })
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining('has a user name or password in it')])
      expect(stdout + stderr).not.toContain('canary')
    }
  })
})

describe('this machine', () => {
  test.each([
    'localhost',
    'LOCALHOST',
    'app.localhost',
    '127.0.0.1',
    '127.9.9.9',
    '[::1]',
    '0.0.0.0',
    '[::]',
  ])('%s is this machine', (hostname) => {
    expect(isLoopback(hostname)).toBe(true)
  })

  test.each(['localhost.evil.example', 'notlocalhost', '10.0.0.1', '[::2]', '128.0.0.1', 'localhost.'])(
    '%s is not',
    (hostname) => {
      expect(isLoopback(hostname)).toBe(false)
    },
  )

  test('a delivery, a check and a replay reach an app by a name below localhost', async () => {
    const received: string[] = []
    const app = createServer((request, response) => {
      received.push(`${request.headers['host']} ${request.headers['x-fic-dev-replay'] ?? ''}`)
      response.end()
    })
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void app.close())
    const host = `app.localhost:${(app.address() as AddressInfo).port}`
    const cwd = createFolder()
    const daemon = start(['--emulator', '--no-open', '-f', `${host}/w`], { cwd })
    await daemon.line((line) => line['type'] === 'delivery' && line['delivery'].verdict === 'delivered')

    const replayed = await run(['replay', '2', '--to', `http://${host}/w`], { cwd })
    const checked = await run(['check', `${host}/w`, '--json'], { cwd })

    expect(received[0]).toBe(`${host} `)
    expect([replayed.exitCode, received[1]]).toEqual([0, `${host} 1`])
    expect(checked.stdout).toContain(`${host} listens`)
  })

  test('a name that is not found is called that', async () => {
    const { deliverer, untilTarget } = await openDelivery(['http://no-such-host.invalid:3000/w'])
    await deliverer.start()
    const { detail } = await untilTarget(({ health }) => health === 'unreachable')
    expect(detail).toMatch(/^the host (was not found|could not be looked up); deliveries wait$/)
  })
})
