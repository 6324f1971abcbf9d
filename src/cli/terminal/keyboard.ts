/** The keys that the daemon takes in a terminal. */

export type Action = 'open' | 'replay' | 'trigger' | 'pause' | 'clear' | 'help' | 'quit' | 'interrupt'

const actions: Record<string, Action> = {
  o: 'open',
  r: 'replay',
  t: 'trigger',
  p: 'pause',
  c: 'clear',
  '?': 'help',
  h: 'help',
  q: 'quit',
  // In raw mode Ctrl-C is a key like any other.
  '\u0003': 'interrupt',
}

export const keyHelp = [
  ['o', 'open the inspector'],
  ['r', 'replay the last notification'],
  ['t', 'trigger one (with the emulator)'],
  ['p', 'pause forwarding, or go on'],
  ['c', 'clear the screen'],
  ['?', 'this help'],
  ['q', 'quit'],
] as const

/** Calls `act` for each key, with what it does; returns the function that puts the terminal back. */
export function takeKeys(
  input: NodeJS.ReadStream,
  act: (action: Action | null, key: string) => void,
): () => void {
  const onData = (chunk: Buffer | string) => {
    for (const key of chunk.toString()) act(actions[key] ?? null, key)
  }
  // A terminal that is closed at this moment makes this fail; the signal that comes with it ends the daemon.
  input.on('error', () => {})
  input.setRawMode(true)
  input.on('data', onData)
  input.resume()
  return () => {
    input.off('data', onData)
    input.setRawMode(false)
    input.pause()
  }
}
