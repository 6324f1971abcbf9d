/** The keys that the daemon takes in a terminal. */

export type Action =
  'open' | 'replay' | 'trigger' | 'pause' | 'clear' | 'help' | 'quit' | 'interrupt' | 'suspend'

const actions: Record<string, Action> = {
  o: 'open',
  r: 'replay',
  t: 'trigger',
  p: 'pause',
  c: 'clear',
  '?': 'help',
  h: 'help',
  q: 'quit',
  // In raw mode Ctrl-C and Ctrl-Z are keys like any other.
  '\u0003': 'interrupt',
  '\u001A': 'suspend',
}

export const keyHelp = [
  ['o', 'open the inspector'],
  ['r', 'replay the last notification'],
  ['t', 'trigger one (with the emulator)'],
  ['p', 'pause or resume forwarding'],
  ['c', 'clear the screen'],
  ['?', 'this help'],
  ['q', 'quit'],
] as const

export interface TakenKeys {
  /** Puts the terminal back. */
  release(): void
  /** Takes no more keys, and leaves the terminal as it is. */
  drop(): void
}

/** Calls `act` for each key, with what it does. */
export function takeKeys(
  input: NodeJS.ReadStream,
  act: (action: Action | null, key: string) => void,
): TakenKeys {
  const onData = (chunk: Buffer | string) => {
    for (const key of chunk.toString()) act(actions[key] ?? null, key)
  }
  const drop = () => {
    input.off('data', onData)
    input.pause()
  }
  // A terminal that is closed at this moment makes this fail; the signal that comes with it ends the daemon.
  input.on('error', ignore)
  // A shell may have changed the mode behind the back of Node, which sets none that it believes to be set.
  input.setRawMode(false)
  input.setRawMode(true)
  input.on('data', onData)
  input.resume()
  return {
    drop,
    release() {
      drop()
      input.setRawMode(false)
    },
  }
}

function ignore(): void {}
