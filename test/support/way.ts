/** The way from outside to the sink: a proxy with an address of its own, which can be cut as a tunnel is. */

import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface Way {
  url: string
  /** Breaks off all connections; new ones are, too, until `mend`. */
  cut(): void
  mend(): void
  close(): void
}

export async function openWay(sinkPort: number): Promise<Way> {
  const open = new Set<Socket>()
  let isCut = false
  const server = createServer((outside) => {
    if (isCut) return void outside.destroy()
    const inside = connect({ port: sinkPort, host: '127.0.0.1' })
    for (const [one, other] of [
      [outside, inside],
      [inside, outside],
    ] as const) {
      open.add(one)
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
      one.on('error', () => other.destroy())
      one.pipe(other)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const breakOff = () => {
    for (const socket of open) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut() {
      isCut = true
      breakOff()
    },
    mend: () => void (isCut = false),
    close() {
      server.close()
      breakOff()
    },
  }
}
