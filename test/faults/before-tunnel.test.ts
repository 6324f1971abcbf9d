/** Fatture in Cloud does not wait until we know that our tunnel is up again: what it sends before counts all the same. */

import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { knownSinks } from '../../src/subscription/sink-url.ts'
import { createFolder, isReady, kill, start, type JsonLine } from '../support/process.ts'
import { openWay } from '../support/way.ts'
import { openTestStore } from '../support/capture.ts'
import { arrived, startTarget } from '../support/target.ts'
import { publicKey, signedHeaders } from '../support/load.ts'
import { freePort } from '../support/ports.ts'

test('a notification that comes after a restart, before the way to us was proven, is valid and delivered', async () => {
  const cwd = createFolder()
  await using target = await startTarget()
  const sinkPort = String(await freePort())
  const way = await openWay(Number(sinkPort))
  const flags = ['--public-url', way.url, '--public-key', publicKey, '-f', target.url]
  const launch = () => start([...flags, '--sink-port', sinkPort], { cwd })
  const first = launch()
  const { sinkUrl } = await first.line(isReady)
  await kill(first)

  // Cut for the probe of ours alone: the notification comes in at the other end.
  way.cut()
  const second = launch()
  const local = `http://127.0.0.1:${sinkPort}${new URL(sinkUrl).pathname}`
  const init = { method: 'POST', headers: signedHeaders(sinkUrl, '1:early'), body: '{"data":{"ids":[1]}}' }
  let status: number | null = null
  while (status === null) {
    // Nobody tells when a port begins to listen.
    status = await fetch(local, init).then(
      (answer) => answer.status,
      () => null,
    )
    if (status === null) await pause(50)
  }
  const { notification } = await second.line((line) => line['type'] === 'notification')
  way.close()

  expect(status).toBe(200)
  expect(notification.signature).toMatchObject({ outcome: 'valid', problems: [] })
  await arrived(target, ['1:early'])
  const isUp = (line: JsonLine) => line['type'] === 'tunnel' && line['tunnel'].state === 'up'
  expect(second.lines.map((line) => JSON.parse(line)).filter(isUp)).toEqual([])
})

test('the sinks that are known are those with our own path: of the proxy, and of the subscriptions that are ours', async () => {
  const { subscriptions } = await openTestStore()
  const own = { company: 7, createdAt: new Date(), takenOverFrom: null, askedTypes: [], grantedTypes: [] }
  const apiBase = 'https://api-v2.fattureincloud.it'
  const remember = (id: string, sink: string, api = apiBase) =>
    subscriptions.remember({ ...own, apiBase: api, id, sink, origin: 'made' })
  remember('SUB1', 'https://old.example.com/secret')
  remember('SUB2', 'https://other.example.com/elsewhere')
  remember('SUB3', 'https://emulated.example.com/secret', 'http://127.0.0.1:4622')
  const config = { publicUrl: 'https://hooks.example.com', apiBase, company: 7 }

  expect(knownSinks(config, subscriptions, '/secret')).toEqual([
    'https://hooks.example.com/secret',
    'https://old.example.com/secret',
  ])
  expect(knownSinks({ ...config, publicUrl: null, company: null }, subscriptions, '/secret')).toEqual([])
})
