import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readConfig } from '../../src/config/read-config.ts'
import { testFolder } from '../support/capture.ts'

test('the server is named by a flag, the environment or the file, and completed', async () => {
  const cwd = await testFolder()
  await writeFile(join(cwd, 'fic-dev.config.json'), '{ "share": "nats.example.com", "shareCa": "./ca.pem" }')
  const fromFile = await readConfig({ cwd, environment: {} })
  const fromFlag = await readConfig({ cwd, environment: {}, flags: { share: 'tls://10.0.0.1:5222' } })

  expect(fromFile.config).toMatchObject({
    share: 'nats://nats.example.com:4222',
    shareCa: join(cwd, 'ca.pem'),
    shareCreds: null,
  })
  expect(fromFlag.config.share).toBe('tls://10.0.0.1:5222')
})

test('a password in the address is refused, and not repeated', async () => {
  const cwd = await testFolder()
  const environment = { FIC_DEV_SHARE: 'nats://anna:pass-7f3a@nats.example.com' }
  const failure = await readConfig({ cwd, environment }).catch((thrown: unknown) => thrown)

  expect(String(failure)).toContain('FIC_DEV_SHARE has credentials in the address')
  expect(String(failure)).not.toContain('pass-7f3a')
})

test('token, user and password stand beside the config, which is printed', async () => {
  const cwd = await testFolder()
  const environment = { FIC_DEV_SHARE_USER: 'anna', FIC_DEV_SHARE_PASSWORD: 'pass-7f3a' }
  const { config, secrets, notes } = await readConfig({ cwd, environment })

  expect(secrets).toEqual({
    accessToken: null,
    share: { token: null, user: 'anna', password: 'pass-7f3a' },
  })
  expect(JSON.stringify(config)).not.toContain('pass-7f3a')
  expect(notes).toEqual([])
})
