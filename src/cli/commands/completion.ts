/** `fic-dev completion <shell>` and the hidden command that its script asks. Neither runs the config file of a project. */

import { Argument, type Command } from 'commander'
import type { CommandDefinition, Examples } from '../command.ts'
import { completionScript, shells, type Shell } from '../completion/script.ts'
import { addExamples } from '../examples.ts'
import { createOutput } from '../output.ts'

/** The command that the scripts call. It is hidden from the help. */
const completeCommand = '__complete'

const examples: Examples = [
  ['source <(fic-dev completion bash)', 'in ~/.bashrc'],
  ['source <(fic-dev completion zsh)', 'in ~/.zshrc, after compinit'],
  ['fic-dev completion fish | source', 'in ~/.config/fish/config.fish'],
]

export function addCompletion(
  program: Command,
  definitions: readonly CommandDefinition<never>[],
  finished: (exitCode: number) => void,
): Command {
  const completion = program
    .command('completion')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .helpGroup('This machine:')
    .summary('print a completion script for bash, zsh or fish')
    .description('Print a script that completes commands, flags, event types and notification numbers.')
    .action((shell: Shell) => {
      void plainOutput().write(completionScript(shell, completeCommand))
      finished(0)
    })
  // The scripts complete the command `fic-dev`, so it has to be on the PATH.
  completion.addHelpText(
    'after',
    '\nIt completes the command fic-dev, so fic-dev has to be on the PATH: npm install --global fic-dev.',
  )
  addExamples(completion, examples)
  program
    .command(`${completeCommand} [words...]`, { hidden: true })
    .allowUnknownOption()
    .action(async (words: string[]) => {
      const { findCandidates } = await import('../completion/candidates.ts')
      const { line } = plainOutput()
      for (const { word, says } of await findCandidates({ program, definitions }, words))
        line(`${word}\t${says}`)
      finished(0)
    })
  return completion
}

/** The configuration is not read here. */
const plainOutput = () => createOutput({ json: false, color: false })
