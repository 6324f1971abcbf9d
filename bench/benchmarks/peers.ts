/** The peers that do part of the same work, each started as its users start it. */

import { startSubject } from '../measure/process.ts'

export interface Peer extends AsyncDisposable {
  /** Where notifications are sent to. */
  url: string
  /** Of all its processes. */
  pids: number[]
}

export async function startSmee(appUrl: string): Promise<Peer> {
  const server = await startSubject('smee-server')
  const client = await startSubject('smee-client', server.ready, appUrl)
  return {
    url: server.ready,
    pids: [server.pid, client.pid],
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

export async function startMockttp(appUrl: string): Promise<Peer> {
  const mockttp = await startSubject('mockttp', appUrl)
  return {
    url: mockttp.ready,
    pids: [mockttp.pid],
    [Symbol.asyncDispose]: () => mockttp[Symbol.asyncDispose](),
  }
}
