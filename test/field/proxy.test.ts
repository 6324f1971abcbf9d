/** Behind a proxy: what goes to the internet uses it, what stays on this machine doesn't, and "cannot tell" isn't "down". */

import { createServer } from 'node:http'
import { writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createSender } from '../../src/delivery/send.ts'
import { startExchange } from '../../src/http/exchange.ts'
import { certificates } from '../support/certificates.ts'
import { always, startHttpServer } from '../support/http-server.ts'
import { freePort } from '../support/ports.ts'
import { createFolder, follow, isReady, run, start, type JsonLine } from '../support/process.ts'
import { startProxy, startTlsFront } from '../support/proxy.ts'
import { ctrlC, hasTerminal, openTerminal } from '../support/terminal.ts'

const authority = () => {
  const file = join(createFolder(), 'ca.pem')
  writeFileSync(file, `${certificates.proxied.cert}\n`)
  return file
}

const isTunnel =
  (...states: string[]) =>
  (line: JsonLine) =>
    line['type'] === 'tunnel' && states.includes(line['tunnel'].state)

const isSubscription =
  (...states: string[]) =>
  (line: JsonLine) =>
    line['type'] === 'subscription' && states.includes(line['subscription'].state)

test('the probe of a public URL goes through HTTPS_PROXY, with its credentials', async () => {
  const sinkPort = await freePort()
  const front = await startTlsFront(() => sinkPort)
  const proxy = await startProxy(() => ({ port: front }))
  const daemon = start(
    ['--public-url', 'https://hooks.fic-dev.test', '--sink-port', String(sinkPort), '--no-open'],
    {
      cwd: createFolder(),
      environment: {
        HTTPS_PROXY: `http://me:p%40ss@127.0.0.1:${proxy.port}`,
        NODE_EXTRA_CA_CERTS: authority(),
      },
    },
  )

  const { tunnel } = await daemon.line(isTunnel('up', 'unknown'))
  expect([tunnel.state, tunnel.detail]).toEqual(['up', null])
  await daemon.line(isReady)

  expect(new Set(proxy.requests)).toEqual(new Set(['CONNECT hooks.fic-dev.test:443']))
  const basic = `Basic ${Buffer.from('me:p@ss').toString('base64')}`
  expect(new Set(proxy.authorizations)).toEqual(new Set([basic]))
})

test('the API is reached through HTTPS_PROXY, and so is the clock that doctor compares', async () => {
  const api = await startHttpServer(always(401, { error: { message: 'no' } }))
  const front = await startTlsFront(() => Number(new URL(api.url).port))
  const proxy = await startProxy(() => ({ port: front }))

  const { stdout } = await run(['doctor', '--json', '--api-base', 'https://api.fic-dev.test'], {
    cwd: createFolder(),
    environment: {
      https_proxy: `127.0.0.1:${proxy.port}`,
      NODE_EXTRA_CA_CERTS: authority(),
      FIC_ACCESS_TOKEN: 'a/secret-token',
    },
  })

  expect(stdout).toContain('"clock","outcome":"ok"')
  expect(stdout).toContain('refused the access token (401')
  expect(api.requests.map(({ method }) => method)).toEqual(expect.arrayContaining(['HEAD', 'GET']))
  expect(proxy.requests.length).toBeGreaterThan(1)
  expect(new Set(proxy.requests)).toEqual(new Set(['CONNECT api.fic-dev.test:443']))
  // The tunnel through the proxy hides the request from it.
  expect(proxy.authorizations.join('')).toBe('')
})

test('an API at http:// is reached through HTTP_PROXY', async () => {
  const api = await startHttpServer(always(401, { error: { message: 'no' } }))
  const proxy = await startProxy(() => ({ port: Number(new URL(api.url).port) }))

  const { stdout } = await run(['doctor', '--json', '--api-base', 'http://api.fic-dev.test'], {
    cwd: createFolder(),
    environment: { HTTP_PROXY: `http://127.0.0.1:${proxy.port}`, FIC_ACCESS_TOKEN: 'a/secret-token' },
  })

  expect(stdout).toContain('refused the access token (401')
  expect(proxy.requests).toContain('HEAD http://api.fic-dev.test/')
})

test('a refusal of the proxy is not taken for one of Fatture in Cloud', async () => {
  const proxy = await startProxy(() => ({ status: 403 }))

  const { stdout } = await run(['doctor', '--json', '--api-base', 'https://api.fic-dev.test'], {
    cwd: createFolder(),
    environment: { ALL_PROXY: `http://127.0.0.1:${proxy.port}`, FIC_ACCESS_TOKEN: 'a/secret-token' },
  })

  expect(stdout).toContain(`the proxy 127.0.0.1:${proxy.port} refused the connection: 403 Refused`)
  expect(stdout).not.toContain('has no permission')
})

describe('on this machine', () => {
  const variables = (port: number) => ({
    HTTP_PROXY: `http://127.0.0.1:${port}`,
    HTTPS_PROXY: `http://127.0.0.1:${port}`,
    ALL_PROXY: `http://127.0.0.1:${port}`,
    NODE_USE_ENV_PROXY: '1',
  })

  test('daemon, emulator, target and commands use no proxy', async () => {
    const proxy = await startProxy(() => ({ status: 502 }))
    const app = await startHttpServer(always(200, 'ok'))
    const place = { cwd: createFolder(), environment: variables(proxy.port) }
    const daemon = start(['--emulator', '--no-open', '-f', app.url.replace('127.0.0.1', 'localhost')], place)
    await daemon.line(isReady)

    const triggered = await run(['trigger', 'entities.clients.create', '--ids', '7'], place)
    expect(triggered).toMatchObject({ exitCode: 0 })
    await daemon.line(
      ({ type, delivery }) => type === 'delivery' && delivery.status === 200 && delivery.attempt === 1,
    )
    const listed = await run(['list', '--json', 'type:entities.clients.create'], place)
    expect(listed.stdout).toContain('"ids":[7]')
    expect((await run(['export', '--format', 'ndjson', '-o', 'all.ndjson'], place)).exitCode).toBe(0)
    expect((await run(['import', 'all.ndjson'], place)).exitCode).toBe(0)
    expect((await run(['open', '--revoke'], place)).exitCode).toBe(0)

    expect(proxy.requests).toEqual([])
  })
})

describe('deliveries', () => {
  const body = Buffer.from('{}')
  const headers: [string, string][] = [['x-a', 'b']]

  function withVariables(variables: Record<string, string>): void {
    const before = { ...process.env }
    Object.assign(process.env, variables)
    onTestFinished(() => {
      for (const name of Object.keys(variables)) delete process.env[name]
      Object.assign(process.env, before)
    })
  }

  test('to another host go through the proxy, over kept connections', async () => {
    const app = await startHttpServer(always(201, 'made'))
    const proxy = await startProxy(() => ({ port: Number(new URL(app.url).port) }))
    withVariables({ HTTP_PROXY: `http://127.0.0.1:${proxy.port}` })
    const sender = createSender({ maxSockets: 1, insecure: false })
    onTestFinished(() => sender.close())
    const url = new URL('http://app.fic-dev.test:3000/webhooks?x=1')

    for (let count = 0; count < 2; count += 1) {
      const result = await sender.send({ method: 'POST', url, headers, body }, { timeoutMs: 5_000 })
      expect([result.status, result.body]).toEqual([201, 'made'])
    }

    const line = 'POST http://app.fic-dev.test:3000/webhooks?x=1'
    expect(proxy.requests).toEqual([line, line])
    const arrived = ['/webhooks?x=1', 'app.fic-dev.test:3000', 'b']
    expect(app.requests.map(({ path, headers: seen }) => [path, seen.host, seen['x-a']])).toEqual([
      arrived,
      arrived,
    ])
  })

  test('that the proxy cannot take name the proxy', async () => {
    const port = await freePort()
    withVariables({ ALL_PROXY: `http://127.0.0.1:${port}` })
    for (const address of ['http://app.fic-dev.test/', 'https://app.fic-dev.test/']) {
      const request = { method: 'POST', url: new URL(address), headers, body }
      expect(await startExchange(request, { timeoutMs: 5_000 }).result).toMatchObject({
        code: 'PROXY_FAILED',
        reason: expect.stringContaining(`the proxy 127.0.0.1:${port} cannot be reached`),
      })
    }
  })

  test('to a host of NO_PROXY go there directly', async () => {
    const proxy = await startProxy(() => ({ status: 502 }))
    withVariables({ ALL_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: 'corp.invalid' })
    const url = new URL('http://app.corp.invalid/')
    const result = await startExchange({ method: 'POST', url, headers, body }, { timeoutMs: 5_000 }).result
    expect(result).toMatchObject({ isAnswered: false, code: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) })
    expect(proxy.requests).toEqual([])
  })

  test('that are aborted leave no connection to a silent proxy in the way', async () => {
    const silent = createServer()
    silent.on('connect', (_request, socket) => void socket.on('error', () => {}))
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void silent.close())
    withVariables({ ALL_PROXY: `http://127.0.0.1:${(silent.address() as AddressInfo).port}` })
    const url = new URL('https://app.fic-dev.test/')
    const result = await startExchange({ method: 'POST', url, headers, body }, { timeoutMs: 50 }).result
    expect(result).toMatchObject({ code: 'TIMEOUT' })
  })
})

describe('a public URL that cannot be asked from here', () => {
  /** Each is a way in which a network keeps this machine from the URL, and says nothing about the URL. */
  const ways: [
    what: string,
    prepare: () => Promise<{ url: string; environment?: Record<string, string> }>,
  ][] = [
    ['has a name that is not resolved here', async () => ({ url: 'https://hooks.invalid' })],
    ['refuses connections', async () => ({ url: `https://localhost:${await freePort()}` })],
    [
      'resets connections',
      async () => {
        const { createServer: createTcpServer } = await import('node:net')
        const server = createTcpServer((socket) => void socket.resetAndDestroy())
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
        onTestFinished(() => void server.close())
        return { url: `https://localhost:${(server.address() as AddressInfo).port}` }
      },
    ],
    [
      'is behind a proxy that refuses with 403',
      async () => {
        const { port } = await startProxy(() => ({ status: 403 }))
        return { url: 'https://hooks.fic-dev.test', environment: { HTTPS_PROXY: `127.0.0.1:${port}` } }
      },
    ],
    [
      'is behind a proxy that wants a password',
      async () => {
        const { port } = await startProxy(() => ({ status: 407 }))
        return { url: 'https://hooks.fic-dev.test', environment: { HTTPS_PROXY: `127.0.0.1:${port}` } }
      },
    ],
    [
      'is behind a proxy that cannot reach it',
      async () => {
        const { port } = await startProxy(() => ({ status: 504 }))
        return { url: 'https://hooks.fic-dev.test', environment: { HTTPS_PROXY: `127.0.0.1:${port}` } }
      },
    ],
    [
      'is behind a proxy that is down',
      async () => ({
        url: 'https://hooks.fic-dev.test',
        environment: { HTTPS_PROXY: `127.0.0.1:${await freePort()}` },
      }),
    ],
  ]

  test.each(ways)('%s: the state is unknown, and fic-dev goes on', async (_what, prepare) => {
    const { url, environment = {} } = await prepare()
    const daemon = start(['--public-url', url, '--no-open'], { cwd: createFolder(), environment })

    const { tunnel } = await daemon.line(isTunnel('unknown', 'down', 'up'))
    expect(tunnel).toMatchObject({ state: 'unknown', publicUrl: url })
    expect(tunnel.detail).toContain('This machine cannot check')
    await daemon.line(isReady)
    daemon.signal('SIGTERM')
    expect(await daemon.ended).toBe(0)
  })

  test('spends no verification without a person, and one with --yes', async () => {
    const place = { cwd: createFolder() }
    const url = 'https://hooks.invalid'
    const flags = ['--emulator', '--public-url', url, '--no-open']
    const careful = start(flags, place)
    const { subscription } = await careful.line(isSubscription('failed'))
    expect(subscription).toMatchObject({ id: null, hint: expect.stringContaining('--yes') })
    expect(subscription.detail).toContain('hooks.invalid cannot be resolved here')
    await careful.line(isReady)
    careful.signal('SIGTERM')
    await careful.ended

    const bold = start([...flags, '--yes'], place)
    const { subscription: made } = await bold.line(isSubscription('unverified', 'verified', 'failed'))
    expect(made).toMatchObject({ id: expect.stringMatching(/^SUB/), budget: { used: 1 } })
  })

  test.skipIf(!hasTerminal).each([
    ['y', 'used', 1],
    ['n', 'No verification was requested', 0],
  ])('asks in a terminal, again after another key; the answer %s is obeyed', async (key, shown, used) => {
    const cwd = createFolder()
    const ports = ['--port', '0', '--sink-port', '0', '--emulator-port', '0']
    const terminal = openTerminal(
      ['--emulator', '--public-url', 'https://hooks.invalid', '--no-open', ...ports],
      { cwd },
    )
    await terminal.shows('Use one of the five verifications anyway? [y/N]')
    terminal.type('x')
    await terminal.shows('"x" is neither y nor n.')
    terminal.type(key)
    await terminal.shows(shown)
    await terminal.shows('fic-dev is ready')
    const { stdout } = await run(['subscriptions', 'list', '--json'], { cwd })
    expect(stdout.includes(`"used":${used}`)).toBe(used > 0)
    terminal.type('q')
    expect(await terminal.ended).toBe(0)
  })

  test.skipIf(!hasTerminal)('ends at Ctrl-C while the question is open', async () => {
    const terminal = openTerminal(
      ['--emulator', '--public-url', 'https://hooks.invalid', '--no-open', '--port', '0', '--sink-port', '0'],
      { cwd: createFolder() },
    )
    await terminal.shows('[y/N]')
    terminal.type(ctrlC)
    expect(await terminal.ended).toBe(130)
  })

  test('is up as soon as a request comes back, and the subscription follows', async () => {
    const sinkPort = await freePort()
    const port = await freePort()
    const daemon = start(
      [
        '--emulator',
        '--public-url',
        `http://localhost:${port}`,
        '--sink-port',
        String(sinkPort),
        '--no-open',
      ],
      { cwd: createFolder() },
    )
    await daemon.line(isTunnel('unknown'))
    await daemon.line(isSubscription('failed'))
    const { request } = await import('node:http')
    const front = createServer((incoming, response) => {
      const { method, url: path, headers } = incoming
      const sent = request({ port: sinkPort, host: '127.0.0.1', method, path, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.rawHeaders)
        answer.pipe(response)
      })
      // The daemon is ended with the test, in the middle of a probe perhaps.
      sent.on('error', () => response.destroy())
      incoming.pipe(sent)
    })
    await new Promise<void>((resolve) => front.listen(port, '127.0.0.1', resolve))
    onTestFinished(() => {
      front.closeAllConnections()
      front.close()
    })

    await daemon.line(isTunnel('up'))
    const { subscription } = await daemon.line(isSubscription('verified'))
    expect(subscription.budget.used).toBe(0)
  })
})

test.each([
  ['404', always(404, 'not here')],
  ['another server', always(200, 'hello')],
  ['a login', always(302, '', { location: 'https://login.example/' })],
])('a public URL where %s answers is not unknown', async (_what, answer) => {
  const server = await startHttpServer(answer)
  const daemon = follow(
    ['start', '--json', '--port', '0', '--sink-port', '0', '--public-url', server.url, '--no-open'],
    { cwd: createFolder() },
  )
  const { tunnel } = await daemon.line((line) => line['type'] === 'tunnel' && line['tunnel'].detail !== null)
  expect(tunnel).toMatchObject({ state: 'starting', publicUrl: null })
  daemon.signal('SIGTERM')
  await daemon.ended
  expect(daemon.lines.join('\n')).not.toContain('"state":"unknown"')
})
