/** A sign that turns while somebody waits. Pure. */

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const frameMs = 100

/** `nowMs` is of any clock. */
export function spinner(nowMs: number): string {
  return frames[Math.floor(nowMs / frameMs) % frames.length] ?? ''
}

/** ` 3s`, ` 1m 05s`; nothing within the first second. */
export function elapsedText(forMs: number): string {
  const seconds = Math.floor(forMs / 1000)
  if (seconds < 1) return ''
  if (seconds < 60) return ` ${seconds}s`
  return ` ${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, '0')}s`
}
