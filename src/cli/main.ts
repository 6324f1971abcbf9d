/** The entry of `fic-dev`: parses, runs, tells failures, and ends the process; nobody else does. */

import { CommanderError } from 'commander'
import { readPackageManager } from '../config/environment.ts'
import { failureLine, failureText, stackOf, toFailure } from './failure.ts'
import { createOutput, flushStreams, guardStreams } from './output.ts'
import { createProgram } from './program.ts'
import { setTyped, startOf } from './typed.ts'

/** How failures are told: by the flags alone until the configuration is known. */
const manner = {
  json: process.argv.includes('--json'),
  debug: /--log-level[= ]debug\b/.test(process.argv.join(' ')),
  color: false,
}

guardStreams()
process.on('uncaughtException', (error) => void end(tell(error)))
process.on('unhandledRejection', (reason) => void end(tell(reason)))

const program = createProgram({
  configured(config) {
    manner.json = config.json
    manner.debug = config.logLevel === 'debug'
    manner.color = config.color
  },
  finished: (exitCode) => void end(exitCode),
  leave: (exitCode) => process.exit(exitCode),
})

setTyped(
  startOf(readPackageManager(), process.argv[1] ?? ''),
  program.commands.map((command) => command.name()),
)

try {
  await program.parseAsync()
} catch (error) {
  await end(error instanceof CommanderError && error.exitCode === 0 ? 0 : tell(error))
}

/** Says why it failed; gives the exit code. */
function tell(thrown: unknown): number {
  const { error, exitCode } = toFailure(thrown)
  const { colors, line, say } = createOutput(manner)
  if (manner.json) line(failureLine(error))
  say(failureText(error, (text) => colors.bold(colors.red(text))))
  if (manner.debug) say(stackOf(thrown))
  return exitCode
}

async function end(exitCode: number): Promise<void> {
  const failure = await flushStreams()
  if (failure === null) process.exit(exitCode)
  const failed = tell(failure)
  await flushStreams()
  process.exit(exitCode === 0 ? failed : exitCode)
}
