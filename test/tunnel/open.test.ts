import { describe, expect, onTestFinished, test } from 'vitest'

import { openTunnel, type OpenTunnelOptions } from '../../src/tunnel/open.ts'
import { silentLog, type Logger } from '../../src/log.ts'
import type { Tunnel } from '../../src/tunnel/supervisor.ts'
import { startLocaltunnelServer } from '../support/localtunnel-server.ts'
import { shortTiming, statusOf } from './parts.ts'
import { freePort } from '../support/ports.ts'
import { installStub } from './stubs/install.ts'
import { sinkPath, startSink, type TestSink } from '../support/sink.ts'

const timing = { ...shortTiming, releaseMs: 10, openingLimitMs: 3_000 }

interface Wanted {
  tunnel: string[]
  tunnelHost?: string
  publicUrl?: string
}

function optionsFor(sink: TestSink, wanted: Wanted, more: Partial<OpenTunnelOptions> = {}) {
  const tunnels: Tunnel[] = []
  const options: OpenTunnelOptions = {
    settings: {
      tunnelHost: null,
      publicUrl: null,
      subdomain: null,
      dataDir: '/nonexistent/.fic-dev',
      ...wanted,
    },
    port: sink.port,
    sinkPath,
    subdomain: 'shop-hooks',
    probe: sink.probe,
    log: silentLog(),
    environment: { PATH: '/nonexistent' },
    timing,
    onTunnel: (tunnel) => void tunnels.push(tunnel),
    ...more,
  }
  onTestFinished(async () => {
    for (const tunnel of tunnels) await tunnel.close()
  })
  return { options, tunnels }
}

/** A localtunnel server that is not there. */
const nowhere = async () => `http://127.0.0.1:${await freePort()}`

describe('of several providers', () => {
  test('the next is taken when one is not installed', async () => {
    const [sink, server] = [await startSink(), await startLocaltunnelServer()]
    onTestFinished(() => server.stop())
    const { options, tunnels } = optionsFor(
      sink,
      { tunnel: ['cloudflared', 'localtunnel'], tunnelHost: server.url },
      { timing: { ...timing, openingLimitMs: 20_000 } },
    )
    const { tunnel, urlStability } = await openTunnel(options)
    expect([tunnel.status().provider, urlStability]).toEqual(['localtunnel', 'best-effort'])
    expect(tunnels.map((one) => one.status().state)).toEqual(['stopped', 'up'])
  })

  test('the next is taken when the service of one is down, while there is still time for it', async () => {
    const [sink, stub] = [await startSink(), installStub('cloudflared')]
    const { options } = optionsFor(
      sink,
      { tunnel: ['localtunnel', 'cloudflared'], tunnelHost: await nowhere() },
      // Half of it passes before the other program starts, which takes a while on a busy machine.
      { environment: { PATH: stub.path }, timing: { ...timing, openingLimitMs: 10_000 } },
    )
    const { tunnel } = await openTunnel(options)
    expect(tunnel.status()).toMatchObject({ provider: 'cloudflared', state: 'up' })
  })

  test('when none can be opened, all that was tried is told, each with its reason, and how to go on', async () => {
    const sink = await startSink()
    const host = await nowhere()
    const { options } = optionsFor(
      sink,
      { tunnel: ['cloudflared', 'localtunnel'], tunnelHost: host },
      { timing: { ...timing, openTimeoutMs: 2_000, openingLimitMs: 6_000 } },
    )
    const failure: unknown = await openTunnel(options).catch((thrown: unknown) => thrown)
    expect(failure).toMatchObject({
      code: 'FIC_DEV_E_TUNNEL_FAILED',
      exitCode: 4,
      message: expect.stringMatching(
        new RegExp(
          `^cloudflared is not installed\\. localtunnel gave no working tunnel in .*${host} gave no tunnel`,
        ),
      ),
      hint: expect.stringMatching(
        /brew install cloudflared.*\nTried: cloudflared, localtunnel\. .*--public-url.*--emulator/,
      ),
    })
    // The limit is for all of them together: the last of them had what the first did not use.
    expect(String(failure)).toMatch(/within [3-6](\.\d)? s/)
  })

  test('when none can run at all, that is what is told', async () => {
    const { options } = optionsFor(await startSink(), { tunnel: ['cloudflared', 'tailscale'] })
    await expect(openTunnel(options)).rejects.toMatchObject({
      code: 'FIC_DEV_E_TUNNEL_PROVIDER',
      message: 'cloudflared is not installed. tailscale is not installed.',
    })
  })

  test('a server for ssh is not asked for a localtunnel', async () => {
    const { options } = optionsFor(await startSink(), {
      tunnel: ['ssh', 'none'],
      tunnelHost: 'me@example.com',
    })
    expect((await openTunnel(options)).tunnel.status().provider).toBe('none')
    const alone = optionsFor(await startSink(), { tunnel: ['localtunnel'], tunnelHost: 'me@example.com' })
    await expect(openTunnel(alone.options)).rejects.toMatchObject({ code: 'FIC_DEV_E_CONFIG_INVALID' })
  })

  test('an opening that is no longer wanted ends, and the next is not begun', async () => {
    const controller = new AbortController()
    const { options, tunnels } = optionsFor(
      await startSink(),
      { tunnel: ['localtunnel', 'none'], tunnelHost: await nowhere() },
      { signal: controller.signal },
    )
    const opening = openTunnel(options)
    controller.abort()
    await expect(opening).rejects.toMatchObject({ code: 'FIC_DEV_E_TUNNEL_FAILED' })
    expect(tunnels.map((one) => one.status().provider)).toEqual(['localtunnel'])
  })
})

test('an address of the user’s own stands for the tunnel', async () => {
  const sink = await startSink()
  const { options } = optionsFor(sink, { tunnel: ['localtunnel'], publicUrl: sink.origin })
  expect((await openTunnel(options)).tunnel.status()).toMatchObject({ provider: 'public-url', state: 'up' })
})

describe('in a workspace whose ports have public addresses', () => {
  const environment = { PATH: '/nonexistent', GITPOD_WORKSPACE_URL: 'https://demo-a1b2c3.ws-eu110.example' }

  test('these are offered', async () => {
    const offered: object[] = []
    const log: Logger = { ...silentLog(), warn: (facts) => void offered.push(facts) }
    const sink = await startSink()
    const { options } = optionsFor(sink, { tunnel: ['cloudflared'] }, { environment, log })
    const opening = openTunnel(options)
    await expect(opening).rejects.toMatchObject({
      hint: expect.stringContaining(
        `run gp ports visibility ${sink.port}:public, then start with --tunnel forwarded-port`,
      ),
    })
    expect(offered[0]).toEqual({
      place: 'Gitpod',
      instead: '--tunnel forwarded-port',
      after: `gp ports visibility ${sink.port}:public`,
    })
  })

  test('one is taken when it is asked for', async () => {
    const sink = await startSink()
    const { options, tunnels } = optionsFor(sink, { tunnel: ['forwarded-port'] }, { environment })
    const opening = openTunnel(options)
    opening.catch(() => {})
    const [tunnel] = tunnels
    if (!tunnel) throw new Error('no tunnel was begun')
    // It does not exist here, so no request ever comes back.
    const waiting = await statusOf(tunnel, ({ detail }) => detail !== null)
    expect(waiting.detail).toContain(`https://${sink.port}-demo-a1b2c3.ws-eu110.example`)
    await tunnel.close()
  })
})
