/** Whether `fic-dev` alone was typed where nothing is set up yet. */

import { isCi, readEnvironment } from '../config/environment.ts'
import type { Invocation } from './command.ts'

/** Only for a person in a terminal: everything else starts the daemon without a question. */
export function isEmptyProject({ file, sources, secrets }: Invocation): boolean {
  const isPlain = process.argv.length === 2
  const isSet = Object.values(sources).some((source) => /^(?:flag|file|environment FIC_)/.test(source))
  if (!isPlain || file !== null || isSet || secrets.accessToken !== null) return false
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY && process.stderr.isTTY
  return isTerminal && !isCi(readEnvironment(process.cwd()))
}
