import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { ngrokProvider } from '../../src/tunnel/providers/ngrok.ts'
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

/** As the library throws: the code is a member, and in the text too, or only in one of them. */
const texts = {
  105: 'The authtoken you specified does not look like a proper ngrok authtoken.\nYour authtoken: 2aBc_dEf',
  107: 'The authtoken you specified is properly formed, but it is invalid.\nYour authtoken: 2aBc_dEf\n\nThis usually happens when:\n- You reset your authtoken',
  108: 'Your account is limited to 1 simultaneous ngrok agent sessions.\nYou can view your current agent sessions in the dashboard:\nhttps://dashboard.ngrok.com/agents',
  115: 'Your IP 192.0.2.7 does not match the IP Policies.',
  120: 'Your ngrok-agent-sdk version "0.1.0" is no longer supported.',
  121: 'Your ngrok-agent-sdk version "0.1.0" is too old. The minimum supported agent version is "3.2.0".',
  324: 'Your account may not run more than 3 endpoints over a single ngrok agent session.',
  334: 'The endpoint https://calm-otter.ngrok-free.example is already online. Either\n1. stop your existing endpoint first, or\n2. start both endpoints with pooling',
  320: 'This domain is reserved for another account.',
  103: 'The account X has been suspended.',
  399: 'Something new about endpoints.',
  727: 'This ngrok account has reached its HTTP requests limit for the month.',
  4018: 'Usage of ngrok requires a verified account and authtoken.',
  9009: 'Running the agent with an http/s proxy is a Pay-as-you-go feature.',
  9040: 'We do not allow agents to connect to ngrok from your IP address (192.0.2.7).',
} as const

async function startFailing(text: string, errorCode?: string) {
  const thrown = `Object.assign(new Error(${JSON.stringify(text)}), { code: 'GenericFailure', errorCode: ${JSON.stringify(errorCode)} })`
  const project = await projectWith(`exports.forward = async () => { throw ${thrown} }`)
  return ngrokProvider(account, project).start(openingTo(9).options)
}

test.each<[code: keyof typeof texts, what: string, hint: string]>([
  [105, 'ngrok refuses the account', 'Compare NGROK_AUTHTOKEN'],
  [107, 'ngrok refuses the account', 'Compare NGROK_AUTHTOKEN'],
  [103, 'ngrok refuses the account', 'https://dashboard.ngrok.com/billing'],
  [4018, 'ngrok refuses the account', 'Sign up or confirm the email address'],
  [108, 'Another ngrok agent of this account is running', 'Stop the other agent'],
  [115, 'ngrok refuses the IP address of this machine', 'ip-restrictions'],
  [9040, 'ngrok refuses the IP address of this machine', 'Leave the VPN'],
  [120, 'The library of ngrok is too old', 'npm install --save-dev @ngrok/ngrok@latest'],
  [121, 'The library of ngrok is too old', 'npm install --save-dev @ngrok/ngrok@latest'],
  [334, 'The address is in use by another ngrok endpoint', 'https://dashboard.ngrok.com/endpoints'],
  [324, 'The account allows no more ngrok endpoints', 'https://dashboard.ngrok.com/endpoints'],
  [320, 'The domain does not belong to the account', 'https://dashboard.ngrok.com/domains'],
  [727, 'The account has reached a monthly limit of ngrok', 'https://dashboard.ngrok.com/billing'],
  [9009, 'ngrok allows no HTTP proxy for this account', 'Unset http_proxy'],
  [
    399,
    'ngrok refuses the tunnel',
    'Another --tunnel may work. ngrok on this error: https://ngrok.com/docs/errors/err_ngrok_399',
  ],
])(
  'error %i is final, said with the whole text of ngrok and a remedy of its own',
  async (code, what, hint) => {
    const words = texts[code].replaceAll('2aBc_dEf', '[authtoken]').replaceAll(/\s+/g, ' ')
    const name = `ERR_NGROK_${code}`
    for (const [text, errorCode] of [
      [`failed to connect session: ${texts[code]} error_code: ${name}`, name],
      [`authentication failed: ${texts[code]}\n\n${name}\n`, undefined],
      [texts[code], name],
    ] as const) {
      const failure = startFailing(text, errorCode)
      await expect(failure).rejects.toMatchObject({
        code: 'FIC_DEV_E_TUNNEL_PROVIDER',
        message: expect.stringContaining(words),
        hint: expect.stringContaining(hint),
      })
      await expect(failure).rejects.toThrow(what)
      await expect(failure).rejects.toThrow(name)
      await expect(failure).rejects.toMatchObject({ message: expect.not.stringContaining('2aBc_dEf') })
    }
  },
)

test.each([
  ['ERR_NGROK_702', 'Too many connections! The tunnel session has violated the rate-limit policy.'],
  ['ERR_NGROK_810', 'There was a networking error.'],
  ['ERR_NGROK_3200', 'The endpoint is offline.'],
])('%s may be over at the next attempt', async (code, text) => {
  const failure = startFailing(text, code)
  await expect(failure).rejects.toThrow(`ngrok: ${text} (${code})`)
  await expect(failure).rejects.not.toHaveProperty('code')
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
