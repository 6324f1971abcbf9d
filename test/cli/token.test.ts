import { generateKeyPairSync } from 'node:crypto'
import { exportSPKI, SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { createFolder, run, start, type JsonLine } from '../support/process.ts'

const isReady = (line: JsonLine) => line['type'] === 'ready'
const isEvent = (line: JsonLine) => line['type'] === 'notification' && line['notification'].kind === 'event'
const coversNoBody = /No claim covers the body/

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

/** A token with the documented claims (docs/protocol.md#5-the-signature), by another library. */
function sign(claims: Record<string, unknown> = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const usual = {
    jti: '198:f059b211-24f4-44ab-9859-b1613a9a0712',
    iss: 'https://api-v2.fattureincloud.it',
    iat: now,
    exp: now + 10_800,
    sub: 'company:12345',
    aud: ['https://example.com/hooks'],
    aid: 7,
  }
  return new SignJWT({ ...usual, ...claims }).setProtectedHeader({ alg: 'ES256' }).sign(privateKey)
}

async function keyFlag(): Promise<string[]> {
  return ['--public-key', Buffer.from(await exportSPKI(publicKey)).toString('base64')]
}

test('any token, without a daemon: each claim, what was expected, and that none covers the body', async () => {
  const cwd = createFolder()
  const jwt = await sign({ iss: 'https://elsewhere.example' })
  const { exitCode, stdout } = await run(['token', jwt, ...(await keyFlag())], { cwd })
  expect(exitCode).toBe(1)
  expect(stdout).toMatch(/^invalid\n/)
  expect(stdout).toContain('The signature matches the public key.')
  expect(stdout).toMatch(
    /iss {7}https:\/\/elsewhere\.example\n.*\n {4}expected https:\/\/api-v2\.fattureincloud\.it/,
  )
  expect(stdout).toContain('Meant for "https://example.com/hooks", not for our sink.')
  expect(stdout).toContain('sub and jti are only shown')
  expect(stdout).toMatch(coversNoBody)
})

test('from stdin as it was copied, and as JSON', async () => {
  const cwd = createFolder()
  const input = `Authorization: Bearer ${await sign()}\n`
  const { stdout } = await run(['token', '-', '--json', ...(await keyFlag())], { cwd }, input)
  const explained = JSON.parse(stdout)
  expect(explained).toMatchObject({
    notification: null,
    header: { alg: 'ES256' },
    payload: { sub: 'company:12345', aid: 7 },
  })
  const verdicts = explained.claims.map((entry: JsonLine) => [entry['claim'], entry['verdict']])
  expect(Object.fromEntries(verdicts)).toMatchObject({
    alg: 'ok',
    signature: 'ok',
    iss: 'ok',
    aud: 'wrong',
    exp: 'ok',
    jti: 'shown',
  })
})

test('what is no token at all is told, with nothing hidden', async () => {
  const cwd = createFolder()
  const { exitCode, stdout } = await run(['token', 'abc'], { cwd })
  expect([exitCode, stdout]).toEqual([1, expect.stringContaining('The token has 1 part instead of 3.')])
  expect((await run(['token'], { cwd })).exitCode).toBe(2)
  expect((await run(['token', '-'], { cwd })).exitCode).toBe(2)
})

test('the token of a notification is valid, and does not fit another notification', async () => {
  const cwd = createFolder()
  const daemon = start(['--emulator'], { cwd })
  const { emulatorUrl } = await daemon.line(isReady)
  await run(['trigger', 'taxes.create', '--count', '2'], { cwd })
  const one = (await daemon.line(isEvent))['notification']
  const other = (await daemon.line(isEvent))['notification']

  const own = await run(['token', '--notification', String(one.seq)], { cwd })
  expect([own.exitCode, own.stdout]).toEqual([0, expect.stringMatching(coversNoBody)])
  expect(own.stdout).toContain("Equal to the notification's id.")

  const [, bearer] = other.headers.find(([name]: [string]) => name.toLowerCase() === 'authorization')
  const foreign = await run(['token', bearer, '--notification', String(one.seq), '--json'], { cwd })
  expect(foreign.exitCode).toBe(1)
  const wrong = JSON.parse(foreign.stdout).claims.filter((entry: JsonLine) => entry['verdict'] === 'wrong')
  expect(wrong.map((entry: JsonLine) => entry['claim'])).toEqual(['jti'])

  const key = await (await fetch(`${emulatorUrl}/_emulator/public-key`)).text()
  daemon.signal('SIGINT')
  await daemon.ended
  // Without the daemon the sink's address is not known, but its secret path is.
  const flag = ['--public-key', Buffer.from(key).toString('base64')]
  expect((await run(['token', '--notification', String(one.seq), ...flag], { cwd })).exitCode).toBe(0)
})
