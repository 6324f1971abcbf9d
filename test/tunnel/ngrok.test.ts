import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { ngrokProvider } from '../../src/tunnel/ngrok.ts'
import { testFolder } from '../support/capture.ts'
import { openingTo, startTunnel } from './provider-parts.ts'

/** A project with a library in the place of @ngrok/ngrok, whose module has this text. */
async function projectWith(code: string): Promise<string> {
  const project = await testFolder()
  const folder = join(project, 'node_modules', '@ngrok', 'ngrok')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "name": "@ngrok/ngrok", "main": "index.js" }')
  writeFileSync(join(folder, 'index.js'), code)
  return join(project, '.fic-dev')
}

const account = { NGROK_AUTHTOKEN: '2aBc_dEf' }

test('without an account it says where the authtoken stands', async () => {
  const provider = ngrokProvider({}, await projectWith('exports.forward = async () => {}'))
  await expect(provider.start(openingTo(9).options)).rejects.toMatchObject({
    code: 'FIC_DEV_E_TUNNEL_PROVIDER',
    message: 'ngrok needs the authtoken of an account.',
    hint: expect.stringContaining('NGROK_AUTHTOKEN'),
  })
})

test('a library that cannot be loaded is named with the line that installs it', async () => {
  const provider = ngrokProvider(account, await projectWith('exports.something = 1'))
  await expect(provider.start(openingTo(9).options)).rejects.toMatchObject({
    code: 'FIC_DEV_E_TUNNEL_PROVIDER',
    message: 'The library of ngrok is not installed.',
    hint: 'Install it: npm install --save-dev @ngrok/ngrok',
  })
})

test('an account that ngrok refuses is not tried again', async () => {
  const refusal = `authentication failed: The authtoken you specified does not look like a proper ngrok authtoken.\\n\\nERR_NGROK_105`
  const project = await projectWith(`exports.forward = async () => { throw new Error('${refusal}') }`)
  await expect(ngrokProvider(account, project).start(openingTo(9).options)).rejects.toMatchObject({
    code: 'FIC_DEV_E_TUNNEL_PROVIDER',
    message: expect.stringMatching(/^ngrok refuses the account: authentication failed: /),
  })
})

test('a network that is not there may be there at the next attempt', async () => {
  // What the library says without network.
  const words = 'failed to connect session: failed to establish tcp connection'
  const project = await projectWith(`exports.forward = async () => { throw new Error('${words}') }`)
  const failure = ngrokProvider(account, project).start(openingTo(9).options)
  await expect(failure).rejects.toThrow(`ngrok: ${words}`)
  await expect(failure).rejects.not.toHaveProperty('code')
})

test('silence ends the attempt in time', async () => {
  const project = await projectWith('exports.forward = () => new Promise(() => {})')
  await expect(ngrokProvider(account, project).start(openingTo(9, 50).options)).rejects.toThrow(
    'ngrok was not ready within 0.05 s',
  )
})

test('it is opened with the sink and the authtoken; a lost connection is a hint', async () => {
  const project = await projectWith(`
    exports.forward = async (options) => {
      setImmediate(() => options.onStatusChange('closed'))
      const query = new URLSearchParams({ addr: options.addr, authtoken: options.authtoken })
      return { url: () => 'https://calm-otter.ngrok-free.example?' + query, close: async () => {} }
    }`)
  const opening = openingTo(4621)
  const { url, granted } = await startTunnel(ngrokProvider(account, project), opening)
  expect(Object.fromEntries(new URL(url).searchParams)).toEqual({
    addr: '127.0.0.1:4621',
    authtoken: '2aBc_dEf',
  })
  expect(granted).toBeNull()
  expect(await opening.hinted).toEqual({ kind: 'disconnected', words: 'ngrok lost its connection.' })
})
