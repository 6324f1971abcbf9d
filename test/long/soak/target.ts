/** The target of a soak: up and down, quick and slow, right and wrong; it remembers which notifications it has taken. */

import { createServer, type Server } from 'node:http'
import { freePort } from '../../support/ports.ts'

/** `down`: nobody listens. `failing`: 500. `breaking`: resets the connection. */
export type Mood = 'up' | 'down' | 'failing' | 'breaking'

export interface SoakTarget {
  url: string
  /** Ids that were answered 200, with how often. */
  taken: Map<string, number>
  requests(): number
  become(mood: Mood): Promise<void>
}

export async function startSoakTarget(): Promise<SoakTarget> {
  const taken = new Map<string, number>()
  let requests = 0
  let mood: Mood = 'up'
  const port = await freePort()
  let server: Server | null = null

  async function listen(): Promise<void> {
    server = createServer((request, response) => {
      requests++
      if (mood === 'breaking') return void request.socket.resetAndDestroy()
      request.resume().on('end', () => {
        const id = String(request.headers['ce-id'])
        if (mood === 'up') taken.set(id, (taken.get(id) ?? 0) + 1)
        response.writeHead(mood === 'up' ? 200 : 500).end()
      })
    })
    await new Promise<void>((resolve) => server?.listen(port, '127.0.0.1', resolve))
  }

  async function close(): Promise<void> {
    const closing = server
    server = null
    if (closing === null) return
    const closed = new Promise((resolve) => closing.close(resolve))
    closing.closeAllConnections()
    await closed
  }

  await listen()
  return {
    url: `http://127.0.0.1:${port}/webhooks`,
    taken,
    requests: () => requests,
    async become(next) {
      mood = next
      if (next === 'down') await close()
      else if (server === null) await listen()
    },
  }
}
