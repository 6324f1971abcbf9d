/** `fic-dev env`: what the app has to know, with and without a running fic-dev; and the labels of the keys. */

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { importSPKI, jwtVerify } from 'jose'
import { expect, test } from 'vitest'
import { freePort } from '../support/ports.ts'
import { createFolder, isReady, run, start, type Place } from '../support/process.ts'
import { startTarget } from '../support/target.ts'

type Variables = Record<'FIC_PUBLIC_KEYS' | 'FIC_AUDIENCES' | 'FIC_API_BASE', string>

async function env(place: Place, ...args: string[]): Promise<{ variables: Variables; stderr: string }> {
  const { exitCode, stdout, stderr } = await run(['env', ...args], place)
  expect(exitCode).toBe(0)
  const lines = stdout.trimEnd().split('\n')
  expect(lines.map((line) => line.split('=', 1)[0])).toEqual([
    'FIC_PUBLIC_KEYS',
    'FIC_AUDIENCES',
    'FIC_API_BASE',
  ])
  const entries = lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])
  return { variables: Object.fromEntries(entries), stderr }
}

/** As the shared file of the recipes does. */
async function verify(token: string, { FIC_PUBLIC_KEYS, FIC_AUDIENCES }: Variables): Promise<boolean> {
  const audience = FIC_AUDIENCES.split(',')
  const tried = FIC_PUBLIC_KEYS.split(',').map(async (key) => {
    const pem = Buffer.from(key, 'base64').toString()
    return jwtVerify(token, await importSPKI(pem, 'ES256'), { algorithms: ['ES256'], audience })
  })
  return (await Promise.allSettled(tried)).some(({ status }) => status === 'fulfilled')
}

test('before the first start with the emulator, it prints what the app believes events and replays with', async () => {
  const cwd = createFolder()
  await using target = await startTarget()
  const [sinkPort, emulatorPort] = [await freePort(), await freePort()].map(String) as [string, string]
  const ports = ['--sink-port', sinkPort, '--emulator-port', emulatorPort]
  const { variables, stderr } = await env({ cwd }, '--emulator', '-f', target.url, ...ports)
  expect(variables.FIC_API_BASE).toBe(`http://127.0.0.1:${emulatorPort}`)
  expect(stderr).toContain('key: The emulator: signs notifications')

  const daemon = start(['--emulator', '-f', target.url, ...ports], { cwd })
  await daemon.line(isReady)
  await run(['trigger', 'products.create', '--ids', '5'], { cwd })
  await target.waitFor(2)
  await run(['replay', 'last', '--sign', 'dev'], { cwd })

  const tokens = (await target.waitFor(3)).map(({ headers }) =>
    String(headers.authorization).replace('Bearer ', ''),
  )
  expect(await Promise.all(tokens.map((token) => verify(token, variables)))).toEqual([true, true, true])
  expect((await env({ cwd })).variables).toEqual(variables)
})

test('with a public URL the sink is fixed; with a tunnel it says what only the start decides', async () => {
  const cwd = createFolder()
  const fixed = await env({ cwd }, '--public-url', 'https://hooks.example.com/fic')
  expect(fixed.variables.FIC_AUDIENCES).toMatch(/^https:\/\/hooks\.example\.com\/fic\/[0-9a-f]{32}$/)
  expect(fixed.stderr).not.toContain('FIC_AUDIENCES lacks')

  const open = await env({ cwd }, '-f', 'http://localhost:3000/webhooks')
  expect(open.variables).toMatchObject({
    FIC_AUDIENCES: 'http://localhost:3000/webhooks',
    FIC_API_BASE: 'https://api-v2.fattureincloud.it',
  })
  expect(open.stderr).toContain('FIC_AUDIENCES lacks the sink of fic-dev')
})

test('--write sets the variables in a file and keeps every other byte of it', async () => {
  const cwd = createFolder()
  await writeFile(
    join(cwd, '.env.local'),
    Buffer.from('# caf\u00E9\r\nFIC_API_BASE="old"\r\nOTHER=\u00FC', 'latin1'),
  )
  const { exitCode, stdout } = await run(['env', '--emulator', '--write', '.env.local'], { cwd })
  expect([exitCode, stdout]).toEqual([0, ''])
  const text = await readFile(join(cwd, '.env.local'), 'latin1')
  expect(text.split('\r\n')).toEqual([
    '# caf\u00E9',
    'FIC_API_BASE=http://127.0.0.1:4622',
    'OTHER=\u00FC',
    expect.stringMatching(/^FIC_PUBLIC_KEYS=\S+$/),
    expect.stringMatching(/^FIC_AUDIENCES=http:\/\/127\.0\.0\.1:4621\/[0-9a-f]{32}$/),
    '',
  ])
})

test('keys names the emulator, before the first start and after a stop', async () => {
  const cwd = createFolder()
  await writeFile(join(cwd, 'fic-dev.config.json'), '{ "emulator": true }')
  const keys = async () =>
    (await run(['keys', '--json'], { cwd })).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  const before = await keys()
  const daemon = start([], { cwd })
  await daemon.line(isReady)
  const during = await keys()
  daemon.signal('SIGINT')
  await daemon.ended

  expect(before[1]).toMatchObject({ name: 'fic', label: 'The emulator: signs notifications' })
  expect([during, await keys()]).toEqual([before, before])
})

test('before a start, --write adds to what an earlier start has decided', async () => {
  const cwd = createFolder()
  const before =
    'FIC_PUBLIC_KEYS=QQ==\nFIC_AUDIENCES=http://127.0.0.1:4621/s\nFIC_API_BASE=http://127.0.0.1:4622\n'
  await writeFile(join(cwd, '.env.local'), before)
  const { exitCode, stderr } = await run(
    ['env', '--write', '.env.local', '-f', 'http://localhost:3000/webhooks'],
    { cwd },
  )
  expect([exitCode, stderr]).toEqual([0, expect.stringContaining('FIC_AUDIENCES lacks the sink')])
  const after = parseEnv(await readFile(join(cwd, '.env.local'), 'utf8'))
  expect(after).toEqual({
    FIC_PUBLIC_KEYS: expect.stringMatching(/^QQ==,\S+,\S+$/),
    FIC_AUDIENCES: 'http://127.0.0.1:4621/s,http://localhost:3000/webhooks',
    FIC_API_BASE: 'http://127.0.0.1:4622',
  })
})
