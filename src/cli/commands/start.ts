/** `fic-dev [start]`: runs the daemon until it is ended. */

import { Option } from 'commander'
import { defineCommand, type Invocation } from '../command.ts'
import { printConfig } from '../print-config.ts'

export const startCommand = defineCommand<{ printConfig?: boolean }>({
  name: 'start',
  isDefault: true,
  summary: 'start the daemon; what happens without a command',
  description: 'Starts the daemon: sink, tunnel, subscription, deliveries and inspector.',
  options: [
    new Option('--print-config', 'print every setting with its value and where it comes from, and end'),
  ],
  settings: 'all',
  run,
})

async function run(invocation: Invocation<{ printConfig?: boolean }>): Promise<number> {
  if (invocation.options.printConfig) {
    printConfig(invocation, invocation.output)
    return 0
  }
  const { runDaemon } = await import('../run-daemon.ts')
  return runDaemon(invocation)
}
