/** No tunnel can be opened: the built program ends with exit code 4, what was tried, and what to try. */

import { expect, test } from 'vitest'
import { createFolder, run } from '../support/process.ts'

const place = () => ({ cwd: createFolder(), environment: { PATH: '/nonexistent' } })

const flags = ['--port', '0', '--sink-port', '0', '--tunnel', 'cloudflared,tailscale']

test('in words', async () => {
  const { exitCode, stderr, stdout } = await run(['start', ...flags, '--no-color'], place())
  expect(exitCode).toBe(4)
  expect(stdout).toBe('')
  expect(stderr).toContain('error: cloudflared is not installed. tailscale is not installed.')
  expect(stderr).toContain('Install it: brew install cloudflared')
  expect(stderr).toMatch(/Tried: cloudflared, tailscale\. .*--emulator works offline\./)
  expect(stderr).toContain('FIC_DEV_E_TUNNEL_PROVIDER')
})

test('for scripts', async () => {
  const { exitCode, stdout } = await run(['start', '--json', ...flags], place())
  expect(exitCode).toBe(4)
  const last = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
  expect(last).toMatchObject({
    type: 'error',
    error: { code: 'FIC_DEV_E_TUNNEL_PROVIDER', hint: expect.stringContaining('--emulator') },
  })
})
