/** Asks how to begin in an empty project. */

import { isCi, type Environment } from '../config/environment.ts'
import type { Invocation } from './command.ts'
import { setUp } from './set-up.ts'
import { Canceled, withPrompts } from './terminal/prompts.ts'

/** Returns whether a project has no settings at all, on a machine where questions are expected. */
export function isEmptyProject(
  { file, sources, secrets }: Pick<Invocation, 'file' | 'sources' | 'secrets'>,
  environment: Environment,
): boolean {
  const isSet = Object.values(sources).some((source) => /^(?:flag|file|environment FIC_)/.test(source))
  return file === null && !isSet && secrets.accessToken === null && !isCi(environment)
}

/** Returns what to start, or the exit code if nothing is to be started. */
export async function offerStart<Options>(
  invocation: Invocation<Options>,
): Promise<Invocation<Options> | number> {
  try {
    return await withPrompts(invocation.output, async (prompts) => {
      const way = await prompts.choose({
        message: 'This project has no configuration yet. How do you want to begin?',
        choices: [
          { name: 'init', label: 'init: set up this project, then start', value: 'init' },
          {
            name: 'emulator',
            label: 'emulator: try it without an account, as with --emulator',
            value: 'emulator',
          },
          { name: 'tunnel', label: 'tunnel: open one and show what arrives', value: 'tunnel' },
        ],
        answeredBy: 'Run "fic-dev init".',
      })
      if (way === 'tunnel') return invocation
      if (way === 'emulator') return invocation.again({ emulator: true })
      const done = await setUp({ ...invocation, options: {} }, prompts)
      if (typeof done === 'number') return done
      const next = await invocation.again({})
      // A token that is not saved is still good for this start.
      return { ...next, secrets: { ...next.secrets, accessToken: next.secrets.accessToken ?? done.token } }
    })
  } catch (error) {
    if (error instanceof Canceled) return 130
    throw error
  }
}
