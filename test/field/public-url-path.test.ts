/** A public URL with a path: the proxy may keep the path, strip it, strip a part of it, or write it in another form. */

import { createServer, request as sendRequest } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../support/ports.ts'
import { createFolder, isReady, type JsonLine, run, start } from '../support/process.ts'
import { createProject, read, refusal } from '../support/project.ts'
import { ask, toRequest } from '../support/wire.ts'

/** A reverse proxy in front of the sink; `toSink` gives the path that it asks for. */
async function startProxy(port: number, toSink: (path: string) => string): Promise<string> {
  const server = createServer((incoming, response) => {
    const path = toSink(incoming.url ?? '/')
    const options = { host: '127.0.0.1', port, path, method: incoming.method, headers: incoming.headers }
    const asked = sendRequest(options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    asked.on('error', () => {
      if (response.headersSent) response.destroy()
      else response.writeHead(502).end()
    })
    incoming.pipe(asked)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const isEvent = (line: JsonLine) => line['type'] === 'notification' && line['notification'].kind === 'event'

describe('the whole way from subscription to signature works where the proxy', () => {
  const keeps = (path: string) => path
  test.for<[what: string, given: string, path: string, toSink: (path: string) => string]>([
    ['keeps the path', '/fic', '/fic', keeps],
    ['strips the path', '/fic', '/fic', (path) => path.replace(/^\/fic/, '')],
    ['keeps a path that was given with a slash at its end', '/fic/', '/fic', keeps],
    ['keeps several segments', '/a/b/fic', '/a/b/fic', keeps],
    ['strips the first of several segments', '/a/b/fic', '/a/b/fic', (path) => path.replace(/^\/a/, '')],
    ['keeps letters that have to be encoded', '/caffè/fic dev', '/caff%C3%A8/fic%20dev', keeps],
    [
      'writes the encoding in another way',
      '/caff%C3%A8/~me',
      '/caff%C3%A8/~me',
      (path) => path.replace('%C3%A8', '%c3%a8').replace('~', '%7E'),
    ],
    ['keeps signs that routers read as their own', '/:team/*/x(1)', '/:team/*/x(1)', keeps],
    ['keeps a path that looks like ours', '/probe', '/probe', keeps],
  ])('%s', async ([_what, given, path, toSink]) => {
    const cwd = createFolder()
    const port = await freePort()
    const proxy = await startProxy(port, toSink)
    const flags = ['--emulator', '--public-url', `${proxy}${given}`, '--sink-port', String(port)]
    const daemon = start([...flags, '--verification-method', 'query'], { cwd })
    const { sinkUrl } = await daemon.line(isReady)
    expect(sinkUrl).toMatch(/\/[0-9a-f]{32}$/)
    expect(sinkUrl.slice(0, -33)).toBe(`${proxy}${path}`)

    expect((await run(['trigger', 'products.create'], { cwd })).exitCode).toBe(0)
    const { notification } = await daemon.line(isEvent)
    expect(notification.signature).toMatchObject({ outcome: 'valid' })
    expect(notification.path).toBe(toSink(new URL(sinkUrl).pathname))
    const subscriptions = await run(['subscriptions', '--json'], { cwd })
    expect(JSON.parse(subscriptions.stdout)).toMatchObject({ sink: sinkUrl, verified: true })
    expect((await run(['token', '--notification', 'last'], { cwd })).exitCode).toBe(0)
  })
})

test('below another path than that of the public URL nothing answers', async () => {
  const port = await freePort()
  const proxy = await startProxy(port, (path) => path)
  const place = { cwd: createFolder() }
  const flags = ['--emulator', '--public-url', `${proxy}/a/fic`, '--sink-port', String(port)]
  const daemon = start(flags, place)
  const { sinkUrl } = await daemon.line(isReady)
  const secret = sinkUrl.slice(-33)
  const statusOf = async (method: string, path: string) =>
    (await ask(port, toRequest(`${method} ${path}`, ['Host: x', 'Connection: close']))).status

  for (const path of [
    `/x${secret}`,
    `/a${secret}`,
    `/a/fic/x${secret}`,
    `/fic/a/fic${secret}`,
    '/a/fic/',
    '/a/fic',
    `/a/fic${secret}/x`,
  ]) {
    expect([path, await statusOf('GET', path)]).toEqual([path, 404])
  }
  for (const path of [secret, `/fic${secret}`, `/a/fic${secret}`, `/a/fic${secret}?x=1`]) {
    expect([path, await statusOf('GET', path)]).toEqual([path, 200])
    expect([path, await statusOf('PUT', path)]).toEqual([path, 405])
  }
})

test('a target that is the sink below its path would be a circle', async () => {
  const port = await freePort()
  const proxy = await startProxy(port, (path) => path)
  const cwd = createFolder()
  const flags = ['--emulator', '--public-url', `${proxy}/fic`, '--sink-port', String(port)]
  const daemon = start(flags, { cwd })
  const { sinkUrl } = await daemon.line(isReady)
  daemon.signal('SIGTERM')
  await daemon.ended
  const { exitCode, stderr } = await run(['start', ...flags, '-f', sinkUrl], { cwd })

  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('is the sink of this fic-dev')])
})

describe('--public-url', () => {
  const cwd = () => createProject()

  test.each([
    ['https://hooks.example.com', 'https://hooks.example.com'],
    ['https://hooks.example.com/', 'https://hooks.example.com'],
    ['https://hooks.example.com/fic//', 'https://hooks.example.com/fic'],
    ['HTTPS://Hooks.Example.com:443/a/b/', 'https://hooks.example.com/a/b'],
    ['https://hooks.example.com/a b', 'https://hooks.example.com/a%20b'],
    ['https://hooks.example.com/@team', 'https://hooks.example.com/@team'],
  ])('%s is %s', async (given, publicUrl) => {
    expect((await read(cwd(), { flags: { publicUrl: given } })).config.publicUrl).toBe(publicUrl)
    expect((await read(cwd(), { environment: { FIC_DEV_PUBLIC_URL: given } })).config.publicUrl).toBe(
      publicUrl,
    )
  })

  test.each([
    ['https://hooks.example.com/fic?x=1', 'has a query (?…)'],
    ['https://hooks.example.com?', 'has a query (?…)'],
    ['https://hooks.example.com/fic#top', 'has a fragment (#…)'],
    ['https://hooks.example.com/#', 'has a fragment (#…)'],
    ['https://anna:secret@hooks.example.com/fic', 'has a user name or password in it'],
    ['anna@hooks.example.com', 'has a user name or password in it'],
    ['ftp://hooks.example.com', 'has the scheme "ftp"'],
    ['http://hooks.example.com/fic', 'sends to https only'],
    ['/fic', 'is not an http(s) URL'],
  ])('%s is refused, with the reason that the server gave', async (publicUrl, reason) => {
    const { message, exitCode } = await refusal(cwd(), { flags: { publicUrl } })

    expect([exitCode, message]).toEqual([2, expect.stringContaining(reason)])
    expect(message).not.toContain('secret@')
  })
})
