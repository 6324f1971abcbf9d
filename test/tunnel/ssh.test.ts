import { createServer } from 'node:net'
import { once } from 'node:events'
import { describe, expect, onTestFinished, test } from 'vitest'

import { silentLog } from '../../src/log.ts'
import { findProvider } from '../../src/tunnel/providers.ts'
import { readSshHost } from '../../src/tunnel/providers/ssh-host.ts'
import { createTunnel } from '../../src/tunnel/supervisor.ts'
import type { TunnelTiming } from '../../src/tunnel/timing.ts'
import { nextEvent, shortTiming, statusOf } from './parts.ts'
import { openingTo, startTunnel } from './provider-parts.ts'
import { freePort } from '../support/ports.ts'
import { noSshd, startSshd, type Sshd } from './sshd.ts'
import { installStub } from './stubs/install.ts'
import { sinkPath, startSink } from '../support/sink.ts'

/** A server of one's own, whose proxy is left out: its port is the public address. */
function ownServer({ host, path }: Pick<Sshd, 'host' | 'path'>, remotePort: number) {
  return findProvider('ssh', {
    host: `${host}/${remotePort}`,
    publicUrl: `http://127.0.0.1:${remotePort}`,
    environment: { PATH: path },
  })
}

describe.skipIf(noSshd !== null)(`through a real sshd${noSshd === null ? '' : ` (${noSshd})`}`, () => {
  test('requests reach the sink over a server of one’s own', async () => {
    const [sshd, sink, port] = [await startSshd(), await startSink(), await freePort()]
    const provider = ownServer(sshd, port)
    const { url } = await startTunnel(provider, openingTo(sink.port))
    expect([provider.urlStability, url]).toEqual(['fixed', `http://127.0.0.1:${port}`])
    const answer = await fetch(`${url}/x`, { method: 'POST', body: 'hello' })
    expect([answer.status, await answer.text()]).toEqual([200, 'hello'])
  })

  test('the address that a service prints is taken', async () => {
    const port = await freePort()
    const words = `Forwarding HTTP traffic from http://127.0.0.1:${port}`
    const [sshd, sink] = [await startSshd({ command: `echo '${words}'; cat` }), await startSink()]
    const provider = findProvider('ssh', { host: `${sshd.host}/${port}`, environment: { PATH: sshd.path } })
    const { url } = await startTunnel(provider, openingTo(sink.port))
    expect([provider.urlStability, url]).toEqual(['per-start', `http://127.0.0.1:${port}`])
    expect((await fetch(url, { method: 'POST', body: 'x' })).status).toBe(200)
  })

  test('a port that is taken on the server ends the attempt; another may have it', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    onTestFinished(() => void taken.close())
    const { port } = taken.address() as { port: number }
    const failure = ownServer(await startSshd(), port).start(openingTo(9).options)
    await expect(failure).rejects.toThrow(/remote port forwarding failed for listen port/)
    await expect(failure).rejects.not.toHaveProperty('code')
  })

  test('a server whose key is not known is refused, with the way to accept it', async () => {
    const sshd = await startSshd({ knownHost: false })
    const [destination, port] = sshd.host.split(':')
    await expect(ownServer(sshd, 4621).start(openingTo(9).options)).rejects.toMatchObject({
      code: 'FIC_DEV_E_TUNNEL_PROVIDER',
      message: `The key of ${destination} is not known to ssh, or has changed.`,
      hint: `Look at it and accept it once: ssh -p ${port} ${destination}`,
    })
  })

  test('a server that knows no key of ours says what to do, and is not tried again', async () => {
    const sshd = await startSshd({ authorized: false })
    await expect(ownServer(sshd, 4621).start(openingTo(9).options)).rejects.toMatchObject({
      code: 'FIC_DEV_E_TUNNEL_PROVIDER',
      message: expect.stringContaining('refused the keys of this machine'),
    })
  })

  async function startKept(timing: Partial<TunnelTiming>) {
    const [sshd, sink, port] = [await startSshd(), await startSink(), await freePort()]
    const tunnel = createTunnel({
      provider: ownServer(sshd, port),
      port: sink.port,
      sinkPath,
      subdomain: null,
      probe: sink.probe,
      log: silentLog(),
      timing: { ...shortTiming, releaseMs: 10, ...timing },
    })
    onTestFinished(() => tunnel.close())
    await tunnel.start()
    return { sshd, tunnel, port }
  }

  test('a server that says nothing any more is noticed, and mended when it speaks again', async () => {
    const { sshd, tunnel, port } = await startKept({ probeTimeoutMs: 200, openTimeoutMs: 1_000 })
    const lost = nextEvent(tunnel, 'down')
    sshd.suspend()
    expect((await lost).detail).toMatch(/^No answer within 0\.2 s\./)
    sshd.resume()
    await statusOf(tunnel, ({ state }) => state === 'up')
    expect(tunnel.publicUrl()).toBe(`http://127.0.0.1:${port}`)
  })

  test('a server that was killed and comes back is mended without a person, at the same address', async () => {
    const { sshd, tunnel, port } = await startKept({ probeIntervalMs: 3_600_000 })
    const lost = nextEvent(tunnel, 'down')
    await sshd.kill()
    await lost
    await statusOf(tunnel, ({ detail }) => detail?.includes('Connection refused') ?? false)
    await sshd.restart()
    const up = await statusOf(tunnel, ({ state }) => state === 'up')
    expect(up.publicUrl).toBe(`http://127.0.0.1:${port}`)
    expect((await tunnel.probeNow()).outcome).toBe('ok')
  })
})

describe('the command', () => {
  async function argsOf(host: string, publicUrl?: string): Promise<string[]> {
    const stub = installStub('ssh')
    const provider = findProvider('ssh', {
      host,
      environment: { PATH: stub.path },
      ...(publicUrl === undefined ? {} : { publicUrl }),
    })
    await startTunnel(provider, openingTo(4700))
    return stub.calls()[0]?.args ?? []
  }

  test('asks nobody anything, notices a dead connection, and fails where the port is not given', async () => {
    const args = await argsOf('me@example.com', 'https://hooks.example.com')
    expect(args).toEqual(
      expect.arrayContaining([
        'BatchMode=yes',
        'ExitOnForwardFailure=yes',
        'ServerAliveInterval=15',
        'ServerAliveCountMax=2',
        'ControlPath=none',
        'ForwardAgent=no',
      ]),
    )
    // Which keys of servers are good is the user's own configuration's to say.
    expect(args.filter((arg) => /StrictHostKeyChecking|KnownHosts/i.test(arg))).toEqual([])
  })

  test('listens on loopback only on a server of one’s own, and takes no session there', async () => {
    const args = await argsOf('me@example.com:2222', 'https://hooks.example.com')
    expect(args).toContain('-N')
    expect(args.slice(-6)).toEqual([
      '-p',
      '2222',
      '-R',
      'localhost:4621:127.0.0.1:4700',
      '--',
      'me@example.com',
    ])
  })

  test('asks a service for its port 80, in a session where it prints the address', async () => {
    const args = await argsOf('nokey@localhost.run')
    expect(args).not.toContain('-N')
    expect(args.slice(-4)).toEqual(['-R', '80:127.0.0.1:4700', '--', 'nokey@localhost.run'])
  })
})

test('not installed, it is named with the line that installs it', async () => {
  const provider = ownServer({ host: 'me@example.com', path: '/nonexistent' }, 4621)
  await expect(provider.start(openingTo(9).options)).rejects.toMatchObject({
    code: 'FIC_DEV_E_TUNNEL_PROVIDER',
    message: 'ssh is not installed.',
    hint: expect.stringContaining('apt-get install openssh-client'),
  })
})

test.each([undefined, 'https://tunnel.example.com', '-oProxyCommand=id@x'])(
  '%s is no server for ssh',
  (host) => {
    expect(() => findProvider('ssh', { host })).toThrow(
      expect.objectContaining({
        code: 'FIC_DEV_E_CONFIG_INVALID',
        hint: expect.stringContaining('--tunnel-host nokey@localhost.run'),
      }),
    )
  },
)

test.each([
  ['me@example.com', { destination: 'me@example.com', port: null, remotePort: null }],
  ['me@my-server:2222', { destination: 'me@my-server', port: 2222, remotePort: null }],
  ['a.b+c@10.0.0.7:22/8080', { destination: 'a.b+c@10.0.0.7', port: 22, remotePort: 8080 }],
  ['me@[fe80::1]:22', { destination: 'me@fe80::1', port: 22, remotePort: null }],
  ['me@example.com/80', { destination: 'me@example.com', port: null, remotePort: 80 }],
  ['example.com', null],
  ['me@-oProxyCommand=id', null],
  ['-l@example.com', null],
  ['me@example.com:70000', null],
  ['me@exa mple.com', null],
])('%s is read as %o', (text, host) => {
  expect(readSshHost(text)).toEqual(host)
})
