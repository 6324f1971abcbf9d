import { expect, test } from 'vitest'

import { tailscaleProvider } from '../../src/tunnel/providers/tailscale.ts'
import { isAlive, openingTo, startTunnel } from './provider-parts.ts'
import { installStub } from './stubs/install.ts'
import { startSink } from '../support/sink.ts'

const providerWith = (path: string) => tailscaleProvider({ PATH: path })

/** As `tailscale serve status --json` prints a configuration that the user made with `--bg`. */
const serving = (...ports: number[]) => ({
  TCP: Object.fromEntries(ports.map((port) => [port, { HTTPS: true }])),
  Web: Object.fromEntries(
    ports.map((port) => [
      `laptop.tail1a2b3c.ts.net:${port}`,
      { Handlers: { '/': { Proxy: 'http://127.0.0.1:8080' } } },
    ]),
  ),
})

test('funnel runs in the foreground, and carries requests to the sink', async () => {
  const stub = installStub('tailscale')
  const sink = await startSink()
  const { url } = await startTunnel(providerWith(stub.path), openingTo(sink.port))
  const answer = await fetch(`${url}/x`, { method: 'POST', body: 'hello' })
  expect([answer.status, await answer.text()]).toEqual([200, 'hello'])
  expect(stub.calls().map(({ args }) => args.join(' '))).toEqual([
    'status --json',
    'serve status --json',
    `funnel --https=443 http://127.0.0.1:${sink.port}`,
  ])
})

test.each([
  [serving(443), 8443],
  [serving(443, 8443), 10_000],
  [{ ...serving(443), Foreground: { a1b2: serving(8443) } }, 10_000],
])('a serve configuration of the user is kept out of the way of: %#', async (serve, port) => {
  const stub = installStub('tailscale')
  stub.behave({ serve })
  const sink = await startSink()
  await startTunnel(providerWith(stub.path), openingTo(sink.port))
  expect(stub.calls().at(-1)?.args[1]).toBe(`--https=${port}`)
})

test('with no port left, nothing is changed and the reason is told', async () => {
  const stub = installStub('tailscale')
  stub.behave({ serve: serving(443, 8443, 10_000) })
  await expect(providerWith(stub.path).start(openingTo(4621).options)).rejects.toMatchObject({
    code: 'FIC_DEV_E_TUNNEL_PROVIDER',
    message: 'All ports of Tailscale Funnel are in use by your own serve configuration.',
  })
  expect(stub.calls().map(({ args }) => args.join(' '))).toEqual(['status --json', 'serve status --json'])
})

test.each([
  [{ state: 'NeedsLogin' }, 'Tailscale is not connected (NeedsLogin).', 'tailscale up'],
  [
    { mode: 'not-enabled' },
    'Funnel is not enabled in your tailnet.',
    'https://login.tailscale.com/f/funnel?node=nABC123CNTRL',
  ],
  [
    { mode: 'denied' },
    'Tailscale refuses: error: Access denied: serve config denied',
    'sudo tailscale set --operator=$USER',
  ],
])('%o: the sentence and the step that mends it', async (behaviour, message, hint) => {
  const stub = installStub('tailscale')
  stub.behave(behaviour)
  await expect(providerWith(stub.path).start(openingTo(4621).options)).rejects.toMatchObject({
    code: 'FIC_DEV_E_TUNNEL_PROVIDER',
    message,
    hint: expect.stringContaining(hint),
  })
  for (const { pid } of stub.calls()) expect(isAlive(pid)).toBe(false)
})

test('not installed, it is named with the place to get it', async () => {
  await expect(providerWith('/nonexistent').start(openingTo(9).options)).rejects.toMatchObject({
    code: 'FIC_DEV_E_TUNNEL_PROVIDER',
    message: 'tailscale is not installed.',
    hint: 'Install it: https://tailscale.com/download',
  })
})

test('a daemon of Tailscale that does not answer ends the attempt in time', async () => {
  const stub = installStub('tailscale')
  stub.behave({ hangsAt: 'status' })
  await expect(providerWith(stub.path).start(openingTo(4621, 800).options)).rejects.toThrow(
    'tailscale status --json did not end in time.',
  )
  for (const { pid } of stub.calls()) expect(isAlive(pid)).toBe(false)
})

test('its death is a hint', async () => {
  const stub = installStub('tailscale')
  const sink = await startSink()
  const opening = openingTo(sink.port)
  await startTunnel(providerWith(stub.path), opening)
  stub.kill('SIGTERM')
  expect(await opening.hinted).toMatchObject({ kind: 'exit' })
})
