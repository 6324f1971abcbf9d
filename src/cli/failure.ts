/** Tells a person, or a script, why a command failed. */

import { CommanderError } from 'commander'
import type { ApiError } from '../contract/api.ts'
import { FicDevError, messageOf, type ErrorJson } from '../errors.ts'
import { toJsonLine, visibleLines } from './terminal/visible.ts'
import { typed } from './typed.ts'

interface Failure {
  error: ErrorJson
  exitCode: number
}

/** Whatever was thrown, in words. What is not a FicDevError is a mistake of ours. */
export function toFailure(thrown: unknown): Failure {
  if (thrown instanceof FicDevError) {
    const { code, message, hint } = thrown.toJSON()
    return {
      error: { code, message: typed(message), ...(hint && { hint: typed(hint) }) },
      exitCode: thrown.exitCode,
    }
  }
  if (thrown instanceof CommanderError) return toFailure(toUsageError(thrown))
  return toFailure(
    new FicDevError('INTERNAL', `fic-dev failed: ${messageOf(thrown)}`, {
      hint: 'This is probably a bug in fic-dev. For details, run the same command with --log-level debug.',
      cause: thrown,
    }),
  )
}

/** For wrong usage of no command in particular. */
export const helpHint = 'fic-dev --help lists the commands, fic-dev start --help the flags of the daemon.'

/** commander writes `error: …` and, where it can, a second line with what was meant. `hint` is for the command at hand. */
export function toUsageError({ message }: Pick<CommanderError, 'message'>, hint = helpHint): FicDevError {
  const [first = '', second] = message.replace(/^error: /, '').split('\n')
  const said = `${first.charAt(0).toUpperCase()}${first.slice(1)}`
  const meant = second === undefined ? '' : ` ${second.replaceAll(/^\(|\)$/g, '')}`
  return new FicDevError('USAGE', `${said.replace(/\.$/, '')}.${meant}`, { hint })
}

/** Three lines for stderr: what happened, what to try, the code. */
export function failureText(
  { code, message, hint }: ApiError['error'],
  bold: (text: string) => string,
): string {
  const lines = [
    `${bold('error')}: ${visibleLines(message)}`,
    ...(hint ? [visibleLines(hint).replaceAll(/^/gm, '  ')] : []),
    `  ${code}`,
  ]
  return lines.join('\n')
}

/** The same as a line of `--json`. */
export function failureLine(error: ErrorJson): string {
  return toJsonLine({ type: 'error', error })
}

/** The stack with those of its causes, for `--log-level debug`. */
export function stackOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return ''
  const cause = thrown.cause === undefined ? '' : stackOf(thrown.cause)
  return visibleLines(`${thrown.stack ?? ''}${cause === '' ? '' : `\ncaused by ${cause}`}`)
}
