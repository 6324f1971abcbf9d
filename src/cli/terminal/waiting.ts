/** Shows in the terminal that a command waits, for what and how long; nowhere else. */

import type { Output } from '../output.ts'
import { isInForeground } from './foreground.ts'
import { elapsedText, spinner } from './spinner.ts'
import { cutTo } from './width.ts'

/** What is over sooner is not worth a flicker. */
const notBeforeMs = 200

/** Runs `work`; `text` says for what one waits, and is asked again as it goes on. */
export async function whileWaiting<Result>(
  output: Output,
  text: () => string,
  work: () => Promise<Result>,
): Promise<Result> {
  const { bottom, colors } = output
  if (bottom === null || !isInForeground()) return work()
  const startedAt = performance.now()
  const line = (columns: number) => {
    const now = performance.now()
    return `${colors.cyan(spinner(now))} ${cutTo(`${text()}${elapsedText(now - startedAt)}`, columns - 2)}`
  }
  const timer = setTimeout(() => bottom.show({ text: line, moves: () => true }), notBeforeMs)
  const forget = onSignal(() => bottom.remove())
  try {
    return await work()
  } finally {
    clearTimeout(timer)
    bottom.remove()
    forget()
  }
}

export function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1)
}

/** The signal then ends the process as if nobody had listened. Gives the function that ends the listening. */
function onSignal(act: () => void): () => void {
  const end = (signal: NodeJS.Signals) => {
    act()
    forget()
    process.kill(process.pid, signal)
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, end)
  const forget = () => signals.forEach((signal) => process.off(signal, end))
  return forget
}
