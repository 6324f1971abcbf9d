/** A replay goes to a configured target or to this machine, never to us, and never where a name or an answer leads it. */

import { createServer, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { ApiError } from '../../src/contract/api.ts'
import type { Delivery } from '../../src/contract/notification.ts'
import { createEmulator, type Emulator } from '../../src/emulator/index.ts'
import { forwardTo, startDaemon, temporaryFolder, type TestDaemon } from '../support/daemon.ts'
import { startTarget, type Target } from '../support/target.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let emulator: Emulator
let target: Target
let fic: TestDaemon
beforeAll(async () => {
  folder = await temporaryFolder()
  emulator = await createEmulator()
  target = await startTarget()
  fic = await startDaemon(folder.path, {
    emulator: false,
    apiBase: emulator.url,
    publicKey: emulator.publicKey,
    ...forwardTo(target.url),
  })
  await target.waitFor(1)
})
afterAll(async () => {
  await fic.close()
  await target.close()
  await emulator.close()
  await folder[Symbol.asyncDispose]()
})

async function replay(body: object): Promise<{ status: number; answer: Delivery & ApiError }> {
  const response = await fic.api('/api/notifications/2/replay', {
    method: 'POST',
    body: JSON.stringify(body),
  })
  return { status: response.status, answer: (await response.json()) as Delivery & ApiError }
}

/** Every port of this machine that does what it is asked, or holds what is private. */
const ownPorts = () => [fic.inspectorUrl, fic.sinkUrl, emulator.url].map((url) => new URL(url).port)

test.each([
  '127.0.0.1',
  'localhost',
  '[::1]',
  '127.1.2.3',
  '2130706433',
  '0x7f.1',
  '017700000001',
  '0.0.0.0',
  'x.localhost',
])('through the API, %s does not lead to inspector, sink or an emulator that runs apart', async (host) => {
  for (const port of ownPorts()) {
    for (const path of ['/', '/api/notifications', '/_emulator/reset']) {
      const { status, answer } = await replay({ to: `http://${host}:${port}${path}` })

      expect([status, answer.error?.code]).toEqual([422, 'FIC_DEV_E_REPLAY_TARGET'])
    }
  }
})

test.each([
  'http://169.254.169.254/latest/meta-data/',
  'http://[::ffff:169.254.169.254]/',
  'http://10.0.0.1/',
  'http://[fd00:ec2::254]/',
  'http://metadata.google.internal/',
  'http://rebind.example/',
  'file:///etc/passwd',
])('through the API, %s is refused', async (to) => {
  const { status, answer } = await replay({ to })

  expect([status, answer.error?.code]).toEqual([422, 'FIC_DEV_E_REPLAY_TARGET'])
})

test('a name is refused without asking where it leads, so it may change as it likes', async () => {
  // Whoever resolved it would connect here.
  let connections = 0
  const listener = createServer((socket) => void (connections++, socket.destroy()))
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void listener.close())
  const { port } = listener.address() as AddressInfo
  for (const name of ['localhost.', 'ip6-localhost', '127.0.0.1.nip.io']) {
    const { status } = await replay({ to: `http://${name}:${port}/` })

    expect(status).toBe(422)
  }
  expect(connections).toBe(0)
})

test('a target that answers 302 to the metadata address is not followed', async () => {
  const before = target.received.length
  target.answerWith((_request, response) =>
    response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end(),
  )
  const { status, answer } = await replay({})
  target.answerWith(200)

  expect(status).toBe(200)
  expect(answer).toMatchObject({ status: 302, error: null, verdict: 'dropped' })
  expect(target.received.length).toBe(before + 1)
})

test('headers of a replay cannot make another request of it', async () => {
  const before = target.received.length
  for (const headers of [
    { 'x-a': 'b\r\nX-Smuggled: 1' },
    { 'x-a': 'b\r\n\r\nGET /other HTTP/1.1\r\nHost: x' },
    { 'x\r\na': 'b' },
    { 'transfer-encoding': 'chunked' },
    { 'content-length': '3' },
    { host: 'evil.example' },
  ]) {
    await replay({ headers })
  }

  for (const { path, headers } of target.received.slice(before)) {
    expect(path).toBe('/webhooks')
    expect(headers).not.toHaveProperty('x-smuggled')
    expect(headers).not.toHaveProperty('transfer-encoding')
    expect(headers.host).toBe(new URL(target.url).host)
  }
})

test('what else is refused here is not sent: the target saw replays to itself alone', () => {
  expect(new Set(target.received.map(({ path }) => path))).toEqual(new Set(['/webhooks']))
})
