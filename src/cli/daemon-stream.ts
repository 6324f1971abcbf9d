/** The stream of the running daemon, as the commands read it. */

import { on, once } from 'node:events'
import { WebSocket } from 'ws'
import type { DaemonFile } from '../contract/api.ts'
import type { StreamMessage } from '../contract/stream.ts'
import { FicDevError } from '../errors.ts'

/**
 * Messages until the daemon closes the connection.
 * @throws FicDevError `DAEMON_UNREACHABLE` if the connection fails
 */
export async function* readStream(
  { inspectorUrl, pid, token }: DaemonFile,
  signal: AbortSignal,
): AsyncGenerator<StreamMessage> {
  const url = new URL('/api/stream?view=row', inspectorUrl)
  url.protocol = 'ws:'
  const socket = new WebSocket(url, {
    headers: { authorization: `Bearer ${token}` },
    perMessageDeflate: false,
  })
  // Messages that arrive before the first one is read are kept.
  const messages = on(socket, 'message', { close: ['close'], signal })
  try {
    await once(socket, 'open', { signal })
    for await (const [data] of messages) yield JSON.parse(String(data)) as StreamMessage
  } catch (error) {
    if (signal.aborted) return
    throw new FicDevError(
      'DAEMON_UNREACHABLE',
      `The stream of the running fic-dev (process ${pid}) failed.`,
      {
        hint: 'Look at its terminal, and start it again if it hangs.',
        cause: error,
      },
    )
  } finally {
    socket.terminate()
  }
}
