/** Puts a stub in the place of a program: real processes that print what the real ones print, and obey the test. */

import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

interface Call {
  pid: number
  args: string[]
  /** The names of its variables. */
  variables: string[]
}

export interface Stub {
  /** For `PATH`: nothing else is in there. */
  path: string
  /** What it is to do from its next start on; the stub's own file says what it knows. */
  behave(behaviour: Record<string, unknown>): void
  /** All its starts so far. */
  calls(): Call[]
  /** Ends the process that was started last, as a crash does. */
  kill(signal?: NodeJS.Signals): void
}

/** A folder with the one program `name`; gone with the test. */
export function installStub(name: 'cloudflared' | 'tailscale' | 'ssh'): Stub {
  const path = mkdtempSync(join(tmpdir(), 'fic-dev-stub-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  const code = new URL(`./${name}.mjs`, import.meta.url).href
  writeFileSync(join(path, name), `#!${process.execPath}\nimport(${JSON.stringify(code)})\n`)
  chmodSync(join(path, name), 0o755)
  const calls = (): Call[] => {
    const log = join(path, 'calls')
    if (!existsSync(log)) return []
    return readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  }
  return {
    path,
    calls,
    behave: (behaviour) => writeFileSync(join(path, 'behaviour'), JSON.stringify(behaviour)),
    kill(signal = 'SIGKILL') {
      const last = calls().at(-1)
      if (last) process.kill(last.pid, signal)
    },
  }
}
