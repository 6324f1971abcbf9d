import { devNull } from 'node:os'
import { expect, onTestFinished, test } from 'vitest'

import { silentLog } from '../../src/log.ts'
import { cloudflaredProvider } from '../../src/tunnel/providers/cloudflared.ts'
import { createTunnel } from '../../src/tunnel/supervisor.ts'
import { nextEvent, shortTiming, statusOf } from './parts.ts'
import { isAlive, openingTo, startTunnel } from './provider-parts.ts'
import { installStub } from './stubs/install.ts'
import { sinkPath, startSink } from '../support/sink.ts'

const providerWith = (path: string, more: Record<string, string> = {}) =>
  cloudflaredProvider({ PATH: path, ...more })

test('a quick tunnel is open once it is registered, and carries requests to the sink', async () => {
  const stub = installStub('cloudflared')
  stub.behave({ registeredAfterMs: 100 })
  const sink = await startSink()
  const provider = providerWith(stub.path)
  const { url, granted, isNewName } = await startTunnel(provider, openingTo(sink.port))
  expect([provider.urlStability, granted, isNewName]).toEqual(['per-start', null, true])
  const answer = await fetch(`${url}/x`, { method: 'POST', body: 'hello' })
  expect([answer.status, await answer.text()]).toEqual([200, 'hello'])
  expect(stub.calls()[0]?.args).toEqual([
    'tunnel',
    '--no-autoupdate',
    '--loglevel',
    'info',
    '--config',
    devNull,
    '--url',
    `http://127.0.0.1:${sink.port}`,
  ])
})

test('the program gets none of the variables of fic-dev', async () => {
  const stub = installStub('cloudflared')
  const sink = await startSink()
  const provider = providerWith(stub.path, { FIC_ACCESS_TOKEN: 'a/secret', HTTPS_PROXY: 'http://proxy.test' })
  await startTunnel(provider, openingTo(sink.port))
  expect(stub.calls()[0]?.variables).toContain('HTTPS_PROXY')
  expect(stub.calls()[0]?.variables.filter((name) => name.startsWith('FIC_'))).toEqual([])
})

test('not installed, it is named with the line that installs it', async () => {
  await expect(providerWith('/nonexistent').start(openingTo(9).options)).rejects.toMatchObject({
    code: 'FIC_DEV_E_TUNNEL_PROVIDER',
    message: 'cloudflared is not installed.',
    hint: expect.stringContaining('brew install cloudflared'),
  })
})

test.each([
  ['rate-limited', /^cloudflared ended with exit code 1: .*429 Too Many Requests/],
  ['no-network', /^cloudflared ended with exit code 1: failed to request quick Tunnel: .*no such host$/],
])(
  'when it gives up (%s), its own words are repeated, and another attempt may mend it',
  async (mode, words) => {
    const stub = installStub('cloudflared')
    stub.behave({ mode })
    const failure = providerWith(stub.path).start(openingTo(9).options)
    await expect(failure).rejects.toThrow(words)
    await expect(failure).rejects.not.toHaveProperty('code')
  },
)

test.each(['mute', 'no-edge'])('when it does not get ready (%s), it is ended in time', async (mode) => {
  const stub = installStub('cloudflared')
  stub.behave({ mode })
  const sink = await startSink()
  await expect(providerWith(stub.path).start(openingTo(sink.port, 1_000).options)).rejects.toThrow(
    /^cloudflared was not ready within 1 s/,
  )
  expect(isAlive(stub.calls()[0]?.pid ?? 0)).toBe(false)
})

test('an opening that is aborted leaves no program behind', async () => {
  const stub = installStub('cloudflared')
  stub.behave({ mode: 'mute' })
  const opening = openingTo(9)
  const started = providerWith(stub.path).start(opening.options)
  await expect.poll(() => stub.calls().length).toBe(1)
  opening.abort()
  await expect(started).rejects.toMatchObject({ name: 'AbortError' })
  expect(isAlive(stub.calls()[0]?.pid ?? 0)).toBe(false)
})

test('its death and the loss of its connection are hints, its stop is not', async () => {
  const stub = installStub('cloudflared')
  const sink = await startSink()
  const [lost, died, stopped] = [openingTo(sink.port), openingTo(sink.port), openingTo(sink.port)]

  await startTunnel(providerWith(stub.path), lost)
  stub.kill('SIGUSR1')
  expect(await lost.hinted).toMatchObject({
    kind: 'disconnected',
    words: expect.stringContaining('Connection terminated'),
  })

  await startTunnel(providerWith(stub.path), died)
  stub.kill()
  expect(await died.hinted).toMatchObject({
    kind: 'exit',
    words: expect.stringContaining('ended by SIGKILL'),
  })

  const tunnel = await startTunnel(providerWith(stub.path), stopped)
  await tunnel.stop()
  expect(stopped.hints).toEqual([])
  expect(isAlive(stub.calls().at(-1)?.pid ?? 0)).toBe(false)
})

test('a named tunnel has the host name that leads to the sink', async () => {
  const stub = installStub('cloudflared')
  stub.behave({ service: 'http://localhost:4621' })
  const provider = providerWith(stub.path, { TUNNEL_TOKEN: 'eyJh' })
  const { url, isNewName } = await startTunnel(provider, openingTo(4621))
  expect([provider.urlStability, url, isNewName]).toEqual(['fixed', 'https://hooks.example.com', undefined])
  // The token is in the environment: a command line can be read by everybody on the machine.
  expect(stub.calls()[0]?.args).toEqual(['tunnel', '--no-autoupdate', '--loglevel', 'info', 'run'])
})

test('a named tunnel that leads elsewhere says what to change', async () => {
  const stub = installStub('cloudflared')
  stub.behave({ mode: 'elsewhere' })
  const provider = providerWith(stub.path, { TUNNEL_TOKEN: 'eyJh' })
  await expect(provider.start(openingTo(4621).options)).rejects.toMatchObject({
    code: 'FIC_DEV_E_TUNNEL_PROVIDER',
    message: 'The tunnel of TUNNEL_TOKEN does not lead to port 4621.',
    hint: expect.stringContaining('http://localhost:4621'),
  })
})

test('killed, it is started again under the supervisor, and the new address is told', async () => {
  const stub = installStub('cloudflared')
  const sink = await startSink()
  const tunnel = createTunnel({
    provider: providerWith(stub.path),
    port: sink.port,
    sinkPath,
    subdomain: null,
    probe: sink.probe,
    log: silentLog(),
    timing: { ...shortTiming, probeIntervalMs: 3_600_000, releaseMs: 10 },
  })
  onTestFinished(() => tunnel.close())
  await tunnel.start()
  const first = tunnel.publicUrl()
  const [lost, moved] = [nextEvent(tunnel, 'down'), nextEvent(tunnel, 'url-changed')]
  stub.kill()
  expect((await lost).publicUrl).toBeNull()
  expect((await moved).publicUrl).not.toBe(first)
  expect((await tunnel.probeNow()).outcome).toBe('ok')
})

test('a program that dies before a request has come back is not waited for', async () => {
  const stub = installStub('cloudflared')
  const sink = await startSink()
  sink.answerProbe = () => {
    stub.kill()
    sink.answerProbe = null
    return { status: 503, body: '' }
  }
  const tunnel = createTunnel({
    provider: providerWith(stub.path),
    port: sink.port,
    sinkPath,
    subdomain: null,
    probe: sink.probe,
    log: silentLog(),
    timing: { ...shortTiming, confirmLimitMs: 3_600_000, releaseMs: 10 },
  })
  onTestFinished(() => tunnel.close())
  const ended = statusOf(
    tunnel,
    ({ detail }) => detail?.startsWith('cloudflared was ended by SIGKILL') ?? false,
  )
  await tunnel.start()
  await ended
  expect(stub.calls()).toHaveLength(2)
})
