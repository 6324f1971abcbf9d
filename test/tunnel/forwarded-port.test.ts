import { expect, test } from 'vitest'

import { readForwardedPort } from '../../src/tunnel/forwarded-port.ts'
import { findProvider } from '../../src/tunnel/providers.ts'
import { openingTo } from './provider-parts.ts'

const codespaces = {
  CODESPACE_NAME: 'octocat-hello-world-g4wpq6h95q',
  GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN: 'app.github.dev',
}
const gitpod = { GITPOD_WORKSPACE_URL: 'https://gitpodio-demo-a1b2c3.ws-eu110.gitpod.io' }

test('the address of a port in GitHub Codespaces is known', () => {
  expect(readForwardedPort(codespaces, 4621)).toEqual({
    url: 'https://octocat-hello-world-g4wpq6h95q-4621.app.github.dev',
    place: 'GitHub Codespaces',
    openWith: 'gh codespace ports visibility 4621:public -c octocat-hello-world-g4wpq6h95q',
  })
})

test('the address of a port in Gitpod is known', () => {
  expect(readForwardedPort(gitpod, 4621)).toEqual({
    url: 'https://4621-gitpodio-demo-a1b2c3.ws-eu110.gitpod.io',
    place: 'Gitpod',
    openWith: 'gp ports visibility 4621:public',
  })
})

test.each([{}, { CODESPACE_NAME: 'a' }, { GITPOD_WORKSPACE_URL: 'nonsense' }])('%o has none', (variables) => {
  expect(readForwardedPort(variables, 4621)).toBeNull()
})

test('as a provider it gives that address, and elsewhere says so', async () => {
  const opened = await findProvider('forwarded-port', { environment: gitpod }).start(openingTo(4621).options)
  expect(opened.url).toBe('https://4621-gitpodio-demo-a1b2c3.ws-eu110.gitpod.io')
  await expect(findProvider('forwarded-port').start(openingTo(4621).options)).rejects.toMatchObject({
    code: 'FIC_DEV_E_TUNNEL_PROVIDER',
    message: 'This is neither GitHub Codespaces nor Gitpod.',
  })
})
