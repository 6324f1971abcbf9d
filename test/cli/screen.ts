/** What a person sees in a terminal window: a real terminal emulator shows what the program wrote in a pseudo-terminal. */

import { execFileSync } from 'node:child_process'
import xterm from '@xterm/headless'
import type { Place } from '../support/process.ts'
import { openTerminal, type Terminal, type Window } from '../support/terminal.ts'

export interface Screen extends Omit<Terminal, 'shows'> {
  /** Everything in the window and above it, a line of output each, as wide as it was printed; without empty ones at the end. */
  lines(): Promise<string[]>
  /** Waits until the window shows this, whatever was shown before. */
  sees(fits: (lines: string[]) => boolean): Promise<string[]>
  /** Drags the edge of the window. */
  resize(window: Window): Promise<void>
}

/** Opens a window of this size. */
export function openScreen(args: readonly string[], place: Place, window: Window): Screen {
  const emulator = new xterm.Terminal({
    cols: window.columns,
    rows: window.rows,
    scrollback: 10_000,
    allowProposedApi: true,
  })
  const terminal = openTerminal(args, place, window)
  let taken = 0
  /** The emulator takes in what has come so far. */
  const take = () =>
    new Promise<void>((resolve) => {
      const news = terminal.shown().slice(taken)
      taken += news.length
      emulator.write(news, resolve)
    })
  async function lines(): Promise<string[]> {
    await take()
    const found: string[] = []
    const { active } = emulator.buffer
    for (let row = 0; row < active.length; row++) {
      const line = active.getLine(row)
      const text = line?.translateToString(true) ?? ''
      if (line?.isWrapped) found[found.length - 1] += text
      else found.push(text)
    }
    while (found.at(-1) === '') found.pop()
    // The name of the terminal.
    return found.filter((line) => !line.startsWith('/dev/'))
  }
  return {
    ...terminal,
    lines,
    async sees(fits) {
      for (;;) {
        const before = terminal.shown().length
        const found = await lines()
        if (fits(found)) return found
        await terminal.more(before)
      }
    },
    async resize({ columns, rows }) {
      const [name] = /\/dev\/\S+/.exec(terminal.shown()) ?? []
      if (name === undefined) throw new Error('The terminal has not said its name yet.')
      await take()
      emulator.resize(columns, rows)
      execFileSync('stty', ['-F', name, 'cols', String(columns), 'rows', String(rows)])
    },
  }
}
