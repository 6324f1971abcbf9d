/** The data dir is its owner's only (docs/threats-proven.md, S15), and the secrets in it outlive a run. */

import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { importPKCS8, importSPKI, jwtVerify, SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { silentLog } from '../../src/log.ts'
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
  await readSecretsOf(dataDir)

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
  const first = await readSecretsOf(dataDir)

  expect(await readSecretsOf(dataDir)).toEqual(first)
  expect(first).toMatchObject({
    sinkSecret: expect.stringMatching(/^[0-9a-f]{32}$/),
    probeKey: expect.stringMatching(/^[0-9a-f]{64}$/),
    subdomain: expect.stringMatching(/^ficdev-[a-z2-9]{10}$/),
  })
})

test('secrets that are missing are made, and the others stay', async () => {
  const dataDir = await testFolder()
  const first = await readSecretsOf(dataDir)
  const { probeKey: _lost, ...left } = first
  writeFileSync(join(dataDir, 'secrets.json'), JSON.stringify(left))

  const second = await readSecretsOf(dataDir)

  expect(second).toMatchObject(left)
  expect(second.probeKey).not.toBe(first.probeKey)
})

test.for([
  ['cut short', '{"sinkSecret":"01'],
  ['empty', ''],
  ['of another shape', '["sinkSecret"]'],
  ['with an empty secret', '{"sinkSecret":""}'],
  ['with half a key', '{"devKey":{"privateKey":"x"}}'],
])(
  'a secrets file that is %s is kept under another name and reported; a command leaves it alone',
  async ([, damaged]) => {
    const dataDir = await testFolder()
    const file = join(dataDir, 'secrets.json')
    writeFileSync(file, damaged ?? '')
    const errors: [object, string][] = []
    const log = {
      ...silentLog(),
      error: (facts: object, phrase: string) => void errors.push([facts, phrase]),
    }

    await expect(readSecretsOf(dataDir)).rejects.toMatchObject({
      code: 'FIC_DEV_E_DATA_DIR_UNUSABLE',
      message: expect.stringContaining(file),
    })
    expect(readFileSync(file, 'utf8')).toBe(damaged)

    const created = await readSecretsOf(dataDir, log)

    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(created)
    const [aside, ...others] = readdirSync(dataDir).filter((name) => name !== 'secrets.json')
    expect(others).toEqual([])
    expect(aside).toMatch(/^secrets\.json\.damaged-/)
    expect(readFileSync(join(dataDir, aside ?? ''), 'utf8')).toBe(damaged)
    expect(errors).toEqual([
      [
        expect.objectContaining({ aside: join(dataDir, aside ?? '') }),
        expect.stringContaining('secrets damaged'),
      ],
    ])
  },
)

test('the halves of the dev key belong together, and it is a key for ES256', async () => {
  const { devKey } = await readSecretsOf(await testFolder())

  const token = await new SignJWT({ jti: '1' })
    .setProtectedHeader({ alg: 'ES256' })
    .sign(await importPKCS8(devKey.privateKey, 'ES256'))

  const { payload } = await jwtVerify(token, await importSPKI(devKey.publicKey, 'ES256'))
  expect(payload).toEqual({ jti: '1' })
})
