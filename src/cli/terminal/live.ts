/** Whether something may stand at the bottom of the terminal: only for people, and only where it can be drawn. Pure. */

import type { Config } from '../../config/config.ts'
import { isCi, type Environment } from '../../config/environment.ts'

/** `sharesTerminal`: stdout and stderr are one terminal. `NO_COLOR` is about colours, and changes nothing here. */
export function isLive(
  { json, output }: Pick<Config, 'json' | 'output'>,
  environment: Environment,
  sharesTerminal: boolean,
): boolean {
  if (json || output === 'quiet' || !sharesTerminal) return false
  return environment.get('TERM')?.value !== 'dumb' && !isCi(environment)
}
