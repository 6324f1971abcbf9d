/** Requests to the inspector by hand: as another program, another page or another machine would send them. */

import { openWire, toRequest, type WireAnswer } from '../support/wire.ts'

export interface Asked {
  method?: string
  path: string
  headers?: readonly string[]
  body?: string
}

/** With our Host, unless the headers bring one. */
export async function askInspector(port: number, { method = 'GET', path, headers = [], body }: Asked) {
  const host = headers.some((line) => /^host:/i.test(line)) ? [] : [`Host: 127.0.0.1:${port}`]
  return askRaw(port, toRequest(`${method} ${path}`, [...host, ...headers, 'Connection: close'], body))
}

export async function askRaw(port: number, bytes: string | Buffer): Promise<WireAnswer> {
  using wire = await openWire(port)
  wire.send(bytes)
  return await wire.answer()
}

/** The answer to a websocket handshake, and whether a refused one was closed afterwards. */
export async function askForStream(port: number, path: string, headers: readonly string[]) {
  using wire = await openWire(port)
  const host = headers.some((line) => /^host:/i.test(line)) ? [] : [`Host: 127.0.0.1:${port}`]
  const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='
  wire.send(toRequest(`GET ${path}`, [...host, ...upgrade, key, ...headers]))
  const { status } = await wire.answer()
  if (status !== 101) await wire.closed()
  return status
}

export interface Route {
  method: string
  /** As registered, `:seq` and all. */
  url: string
}

/** Reads Fastify's drawing of its route table, a tree of parts of paths, four characters to a level. */
export function readRoutes(drawing: string): Route[] {
  const above: string[] = []
  return drawing.split('\n').flatMap((line) => {
    const match = /^([│ ]*)[├└]── (\S+)(?: \(([A-Z, ]+)\))?$/.exec(line)
    if (!match) return []
    const [, indent = '', part = '', methods] = match
    const level = indent.length / 4
    above.length = level
    above[level] = part
    const url = above.join('')
    return methods === undefined ? [] : methods.split(', ').map((method) => ({ method, url }))
  })
}

/** A path that the route takes. */
export function toPath(url: string): string {
  return url.replace(':seq', '1').replace(':id', 'SUB1').replace(':link', 'x').replace('*', 'x.js')
}
