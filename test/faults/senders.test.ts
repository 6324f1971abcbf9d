/** Many senders, half requests, endless bodies. All are answered or ended, and memory and descriptors stay bounded. */

import { Agent } from 'node:http'
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createFolder, isReady, kill, pidIn, start, storedIds } from '../support/process.ts'
import { openWire, toRequest, type Wire } from '../support/wire.ts'
import { arrived, startTarget } from '../support/target.ts'
import { post, publicKey, signedHeaders } from '../support/load.ts'
import { hasProc, openDescriptors, residentBytes } from '../support/process-facts.ts'

const mib = 1024 * 1024

async function startDaemonWithTarget() {
  const cwd = createFolder()
  const target = await startTarget()
  onTestFinished(() => target.close())
  const daemon = start(['--tunnel', 'none', '--public-key', publicKey, '-f', target.url], { cwd })
  const { sinkUrl, openUrl } = await daemon.line(isReady)
  const pid = pidIn(cwd)
  const { port, pathname } = new URL(sinkUrl)
  return { cwd, target, daemon, sinkUrl, openUrl, pid, port: Number(port), path: pathname }
}

async function sendMany(sinkUrl: string, name: string, count: number, agent: Agent): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, index) => `${index}:${name}`)
  const statuses = await Promise.all(ids.map((id) => post(sinkUrl, id, agent)))
  expect(new Set(statuses)).toEqual(new Set([200]))
  return ids
}

function openAgent(maxSockets: number): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets })
  onTestFinished(() => agent.destroy())
  return agent
}

test('200 parallel senders, 4,000 notifications: each is answered, stored and delivered', async () => {
  const { cwd, target, daemon, sinkUrl } = await startDaemonWithTarget()
  const agent = openAgent(200)
  const ids = await sendMany(sinkUrl, 'x', 4_000, agent)

  await arrived(target, ids)
  await kill(daemon)
  expect(new Set(await storedIds(cwd))).toEqual(new Set(ids))
})

/** As a tunnel keeps them: silent until somebody comes. */
const openIdle = (port: number) => Promise.all(Array.from({ length: 10 }, () => openWire(port)))

test.skipIf(!hasProc)(
  'of 1,500 connections that never finish their request few stay, and nothing is written to the others; idle ones answer',
  async () => {
    const { target, sinkUrl, pid, port, path } = await startDaemonWithTarget()
    const agent = openAgent(20)
    const first = await sendMany(sinkUrl, 'first', 500, agent)
    await arrived(target, first)
    const before = { bytes: residentBytes(pid), descriptors: openDescriptors(pid).length }

    const idle = await openIdle(port)
    const halves = [
      'POST',
      `POST ${path} HTTP/1.1\r\nHost: x\r\nX-Half: `,
      `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(64 * 1024)}`,
      `POST ${path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n10000\r\nxx`,
    ]
    const wires: Wire[] = []
    for (let index = 0; index < 1_500; index++) {
      const wire = await openWire(port)
      wire.send(halves[index % halves.length] ?? '')
      wires.push(wire)
    }
    const during = await sendMany(sinkUrl, 'during', 500, agent)
    await arrived(target, during)
    expect(residentBytes(pid) - before.bytes).toBeLessThan(150 * mib)
    expect(openDescriptors(pid).length).toBeLessThan(before.descriptors + 512 + 30)
    expect(await Promise.all(wires.slice(0, 900).map((wire) => wire.closed()))).toEqual(Array(900).fill(''))
    for (const [index, wire] of idle.entries()) {
      const headers = Object.entries(signedHeaders(sinkUrl, `${index}:idle`))
      const lines = ['Host: x', ...headers.map(([name, value]) => `${name}: ${value}`)]
      wire.send(toRequest(`POST ${path}`, lines, '{"data":{"ids":[1]}}'))
      expect((await wire.answer()).status).toBe(200)
    }
    for (const wire of [...wires, ...idle]) wire[Symbol.dispose]()
    const after = await sendMany(sinkUrl, 'after', 100, agent)
    await arrived(target, after)

    expect(openDescriptors(pid).length).toBeLessThan(before.descriptors + 30)
  },
)

/** Pushes chunks of a body without end until the other side has had enough. */
function pour(socket: Socket, limitBytes: number): Promise<{ answer: string; sentBytes: number }> {
  const chunk = Buffer.from(`10000\r\n${'x'.repeat(64 * 1024)}\r\n`)
  let sentBytes = 0
  let answer = ''
  return new Promise((resolve) => {
    const end = () => resolve({ answer, sentBytes })
    const push = () => {
      while (!socket.destroyed && sentBytes < limitBytes) {
        sentBytes += chunk.length
        if (!socket.write(chunk)) return
      }
      socket.end('0\r\n\r\n')
    }
    socket.on('data', (data: Buffer) => (answer += String(data)))
    socket.on('drain', push).on('error', end).on('close', end)
    push()
  })
}

test.skipIf(!hasProc)(
  'of 100 MB in chunks little more than 1 MiB is read, 413 comes, and memory stays as it was',
  async () => {
    const { sinkUrl, pid, port, path } = await startDaemonWithTarget()
    const agent = openAgent(1)
    await sendMany(sinkUrl, 'before', 200, agent)
    const before = residentBytes(pid)

    const poured = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const socket = connect({ port, host: '127.0.0.1' })
        onTestFinished(() => void socket.destroy())
        socket.write(toRequest(`POST ${path}`, ['Host: x', 'Transfer-Encoding: chunked']))
        return pour(socket, 100 * mib)
      }),
    )

    for (const { answer, sentBytes } of poured) {
      expect(answer).toMatch(/^HTTP\/1\.1 413 /)
      expect(sentBytes).toBeLessThan(20 * mib)
    }
    expect(residentBytes(pid) - before).toBeLessThan(100 * mib)
    await sendMany(sinkUrl, 'after', 10, agent)
  },
)
