import { mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect, test } from 'vitest'
import { findInstalledTunnels } from '../../src/tunnel/installed.ts'
import { createFolder } from '../support/process.ts'

function namesIn(environment: Record<string, string>, projectDir: string): string[] {
  return findInstalledTunnels(environment, projectDir).map(({ name }) => name)
}

test('the built-in tunnel is there; others are if their program is executable on the PATH', () => {
  const [first, second] = [createFolder(), createFolder()]
  writeFileSync(join(first, 'cloudflared'), '', { mode: 0o755 })
  writeFileSync(join(first, 'tailscale'), '', { mode: 0o644 })
  mkdirSync(join(second, 'tailscale'))
  writeFileSync(join(second, 'ssh'), '', { mode: 0o755 })
  const PATH = ['', first, join(first, 'missing'), second].join(delimiter)

  expect(namesIn({}, first)).toEqual(['localtunnel'])
  expect(namesIn({ PATH }, first)).toEqual(['localtunnel', 'cloudflared', 'ssh'])
})

test('ngrok is there if the project has its package, and the forwarded port in Codespaces', () => {
  const project = createFolder()
  const folder = join(project, 'node_modules', '@ngrok', 'ngrok')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "name": "@ngrok/ngrok", "main": "index.js" }')
  writeFileSync(join(folder, 'index.js'), '')
  const codespace = { CODESPACE_NAME: 'a', GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN: 'app.github.dev' }

  expect(namesIn(codespace, project)).toEqual(['localtunnel', 'forwarded-port', 'ngrok'])
})
