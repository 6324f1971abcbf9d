/** The data dir is its owner's only (threats S15), and the secrets in it outlive a run. */

import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { importPKCS8, importSPKI, jwtVerify, SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { readSecretsOf } from '../../src/store/secrets.ts'
import { openTestStore, sampleCapture, testFolder } from '../support/capture.ts'

function modes(dir: string): Record<string, string> {
  const names = ['.', ...readdirSync(dir)]
  return Object.fromEntries(names.map((name) => [name, (statSync(join(dir, name)).mode & 0o777).toString(8)]))
}

test('nobody else can read the data dir or a file in it, and git leaves it alone', async () => {
  const dataDir = join(await testFolder(), 'deep', '.fic-dev')
  const store = await openTestStore({ dataDir })
  await store.capture(sampleCapture(), { targets: [] })
  await readSecretsOf(dataDir, () => 'brave-otter')

  expect(modes(dataDir)).toEqual({
    '.': '700',
    '.gitignore': '600',
    'fic-dev.db': '600',
    'fic-dev.db-wal': '600',
    'secrets.json': '600',
  })
  expect(readFileSync(join(dataDir, '.gitignore'), 'utf8')).toBe('*\n')
})

test('a data dir that stood open is closed', async () => {
  const first = await openTestStore()
  first.close()
  chmodSync(first.dataDir, 0o755)
  chmodSync(join(first.dataDir, 'fic-dev.db'), 0o644)

  await openTestStore({ dataDir: first.dataDir })

  expect(modes(first.dataDir)).toMatchObject({ '.': '700', 'fic-dev.db': '600' })
})

test('secrets are the same on the next start', async () => {
  const dataDir = await testFolder()
  const first = await readSecretsOf(dataDir, () => 'brave-otter')

  expect(await readSecretsOf(dataDir, () => 'calm-heron')).toEqual(first)
  expect(first).toMatchObject({
    sinkSecret: expect.stringMatching(/^[0-9a-f]{32}$/),
    probeKey: expect.stringMatching(/^[0-9a-f]{64}$/),
    subdomain: 'brave-otter',
  })
})

test('secrets that are missing are made, and the others stay', async () => {
  const dataDir = await testFolder()
  const first = await readSecretsOf(dataDir, () => 'brave-otter')
  const { probeKey: _lost, ...left } = first
  writeFileSync(join(dataDir, 'secrets.json'), JSON.stringify(left))

  const second = await readSecretsOf(dataDir, () => 'calm-heron')

  expect(second).toMatchObject(left)
  expect(second.probeKey).not.toBe(first.probeKey)
})

test('secrets in half a file are made anew', async () => {
  const dataDir = await testFolder()
  writeFileSync(join(dataDir, 'secrets.json'), '{"sinkSecret":"01')

  const made = await readSecretsOf(dataDir, () => 'brave-otter')

  expect(JSON.parse(readFileSync(join(dataDir, 'secrets.json'), 'utf8'))).toEqual(made)
})

test('the halves of the dev key belong together, and it is a key for ES256', async () => {
  const { devKey } = await readSecretsOf(await testFolder(), () => 'brave-otter')

  const token = await new SignJWT({ jti: '1' })
    .setProtectedHeader({ alg: 'ES256' })
    .sign(await importPKCS8(devKey.privateKey, 'ES256'))

  const { payload } = await jwtVerify(token, await importSPKI(devKey.publicKey, 'ES256'))
  expect(payload).toEqual({ jti: '1' })
})
