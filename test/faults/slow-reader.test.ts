/** A slow reader of the stream gets `lagged`, fetches the rest, and has seen everything exactly once. */

import { Agent } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import type { NotificationPage } from '../../src/contract/api.ts'
import type { StreamMessage } from '../../src/contract/stream.ts'
import { fic as ficKeys } from '../support/tokens.ts'
import { startDaemon, temporaryFolder, type TestDaemon } from '../support/daemon.ts'
import { post } from '../support/load.ts'

/** Fetches as the page does: from the newest back, a few at a time. Gives them oldest first. */
async function fetchBetween(fic: TestDaemon, after: number, lastSeq: number): Promise<number[]> {
  const seqs: number[] = []
  let before: number | null = lastSeq + 1
  while (before !== null) {
    const answer = await fic.api(`/api/notifications?limit=10&after=${after}&before=${before}`)
    const page = (await answer.json()) as NotificationPage
    seqs.unshift(...page.items.map(({ seq }) => seq).toReversed())
    before = page.nextBefore
  }
  return seqs
}

async function openReader(fic: TestDaemon) {
  const socket = new WebSocket(`${fic.inspectorUrl.replace('http', 'ws')}/api/stream?after=0`, {
    headers: { authorization: `Bearer ${fic.token}` },
  })
  onTestFinished(() => socket.terminate())
  const seen: number[] = []
  let lagged = 0
  let reading = Promise.resolve()
  const looks = new Set<() => void>()

  async function take(message: StreamMessage): Promise<void> {
    if (message.type === 'notification') seen.push(message.notification.seq)
    if (message.type === 'lagged') {
      lagged++
      seen.push(...(await fetchBetween(fic, message.after, message.lastSeq)))
    }
    for (const look of looks) look()
  }
  // One after the other, so that what is fetched comes before what is told later.
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(String(data)) as StreamMessage
    reading = reading.then(() => take(message))
  })
  await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject))
  return {
    socket,
    seen,
    lagged: () => lagged,
    until: (count: number) =>
      new Promise<void>((resolve) => {
        const look = () => void (seen.length >= count && resolve())
        looks.add(look)
        look()
      }),
  }
}

test('a reader that stops reading misses nothing and sees nothing twice', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path, { emulator: false, publicKey: ficKeys.publicPem })
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => agent.destroy())
  let sent = 0
  const send = async (count: number, body?: string) => {
    for (let each = 0; each < count; each++) await post(fic.sinkUrl, `${++sent}:x`, agent, body)
  }
  const reader = await openReader(fic)
  await send(2)
  await reader.until(2)
  reader.socket.pause()

  // 64 KiB each, which the stream does not shorten: together far more than all buffers between the two hold.
  await send(320, '{"data":{"ids":[1]}}'.padEnd(64 * 1024))
  reader.socket.resume()
  await reader.until(322)
  await send(5)
  await reader.until(327)

  expect(reader.seen).toEqual(Array.from({ length: 327 }, (_, index) => index + 1))
  expect(reader.lagged()).toBeGreaterThanOrEqual(1)
})
