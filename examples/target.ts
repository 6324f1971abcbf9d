/**
 * A receiver as small as it can be, in the shape that Fatture in Cloud asks for: it answers the challenge, answers
 * notifications at once, and does its work afterwards. `npm start` runs it; `npx tsx examples/target.ts` does, too.
 */

import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pathToFileURL } from 'node:url'

/** Listens on the wanted port of 127.0.0.1, or on any free one; gives the URL to forward to. */
export async function startExampleTarget(wantedPort: number): Promise<string> {
  const server = createServer((request, response) => {
    const challenge = request.headers['x-fic-verification-challenge']
    if (typeof challenge === 'string') {
      response.setHeader('content-type', 'application/json')
      return response.end(JSON.stringify({ verification: challenge }))
    }
    readText(request)
      .then((body) => {
        response.writeHead(204).end()
        work(request, body)
      })
      .catch(() => response.destroy())
  })
  const port = await new Promise<number>((resolve, reject) => {
    server.on('listening', () => resolve((server.address() as AddressInfo).port))
    server.once('error', () => server.once('error', reject).listen(0, '127.0.0.1'))
    server.listen(wantedPort, '127.0.0.1')
  })
  return `http://127.0.0.1:${port}/webhooks`
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}

/** In binary mode the attributes are headers; in structured mode they stand in the body. The ids are at `data.ids` in both. */
function work(request: IncomingMessage, body: string): void {
  const message = body.startsWith('{') ? (JSON.parse(body) as Record<string, unknown>) : {}
  const type = String(request.headers['ce-type'] ?? message['type'] ?? 'unknown')
  const data = (message['data'] ?? {}) as { ids?: (number | string)[] }
  const name = type.replace('it.fattureincloud.webhooks.', '')
  console.error(`          your app: ${name} ${(data.ids ?? []).join(', ')}`)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  console.error(`The example target listens at ${await startExampleTarget(3000)}`)
}
