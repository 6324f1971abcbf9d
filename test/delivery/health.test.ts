/** The watch on a target: a TCP connection at the start and while nobody listens; told once per change. */

import { once } from 'node:events'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { TargetStatus } from '../../src/contract/status.ts'
import { watchHealth } from '../../src/delivery/health.ts'
import { freePort } from '../support/ports.ts'

type Health = TargetStatus['health']

async function listen(port?: number, host = '127.0.0.1'): Promise<Server> {
  const server = createServer((socket) => socket.destroy())
  server.listen(port ?? (await freePort()), host)
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return server
}

const portOf = (server: Server) => (server.address() as AddressInfo).port

/** Watches often, so that no test has to wait. */
function watch(url: string) {
  const told: Health[] = []
  const looks = new Set<() => void>()
  const health = watchHealth(
    new URL(url),
    (next) => {
      told.push(next)
      for (const look of looks) look()
    },
    10,
  )
  onTestFinished(() => health.close())
  const until = (count: number) =>
    new Promise<Health[]>((resolve) => {
      const look = () => void (told.length >= count && resolve([...told]))
      looks.add(look)
      look()
    })
  return { ...health, told, until }
}

test('it is unknown until the first connection, then healthy', async () => {
  const server = await listen()
  const target = watch(`http://127.0.0.1:${portOf(server)}/`)

  expect(target.health()).toBe('unknown')
  expect(await target.until(1)).toEqual(['healthy'])
})

test('a target that comes, goes and comes is told three times', async () => {
  const first = await listen()
  const port = portOf(first)
  first.close()
  await once(first, 'close')
  const target = watch(`http://127.0.0.1:${port}/`)
  expect(await target.until(1)).toEqual(['unreachable'])

  const second = await listen(port)
  expect(await target.until(2)).toEqual(['unreachable', 'healthy'])
  second.close()
  await once(second, 'close')
  target.suspect()
  target.suspect()
  await listen(port)

  expect(await target.until(4)).toEqual(['unreachable', 'healthy', 'unreachable', 'healthy'])
})

test('an answer is proof enough', async () => {
  const target = watch('http://127.0.0.1:1/')
  await target.until(1)

  target.confirm()

  expect(target.told).toEqual(['unreachable', 'healthy'])
})

test('an address in brackets and a name are watched too', async () => {
  const six = await listen(0, '::1')
  const four = await listen()

  expect(await watch(`http://[::1]:${portOf(six)}/`).until(1)).toEqual(['healthy'])
  expect(await watch(`http://localhost:${portOf(four)}/`).until(1)).toEqual(['healthy'])
})

test('nothing is told after the close', async () => {
  const server = await listen()
  const connected = once(server, 'connection')
  const target = watch(`http://127.0.0.1:${portOf(server)}/`)

  target.close()
  await connected

  expect(target.told).toEqual([])
  expect(target.health()).toBe('unknown')
})
