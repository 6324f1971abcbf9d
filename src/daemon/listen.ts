/** Lets a server listen on loopback: on the port that was named, or near the usual one. */

import { FicDevError, hasCode, systemCodeOf } from '../errors.ts'

/** How many ports after the usual one are tried before the system is asked for any. */
const neighbours = 20

/**
 * @param start makes something listen on a port, and fails with `EADDRINUSE` or `PORT_TAKEN` where that is not free
 * @throws FicDevError PORT_TAKEN for a named port
 */
export async function listenNear<T>(
  { port, named }: { port: number; named: boolean },
  purpose: { flag: string; of: string },
  start: (port: number) => Promise<T>,
): Promise<T> {
  const candidates = named || port === 0 ? [port] : [...range(port, neighbours), 0]
  for (const candidate of candidates) {
    try {
      return await start(candidate)
    } catch (thrown) {
      if (!isTaken(thrown)) throw thrown
    }
  }
  throw new FicDevError('PORT_TAKEN', `Port ${port}, meant for the ${purpose.of}, is in use.`, {
    hint: `Stop what listens there, or choose another port with ${purpose.flag}.`,
  })
}

function range(from: number, length: number): number[] {
  return Array.from({ length }, (_, index) => from + index).filter((port) => port <= 65_535)
}

function isTaken(thrown: unknown): boolean {
  return hasCode(thrown, 'PORT_TAKEN') || systemCodeOf(thrown) === 'EADDRINUSE'
}
