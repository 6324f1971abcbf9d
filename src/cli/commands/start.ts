/** `fic-dev [start]`: runs the daemon until it is ended. */

import { Option } from 'commander'
import { backgroundOptions, startInBackground, type BackgroundOptions } from '../background.ts'
import { defineCommand, type Invocation } from '../command.ts'
import { isInForeground } from '../terminal/foreground.ts'
import { printConfig } from '../print-config.ts'

interface Options extends BackgroundOptions {
  printConfig?: boolean
}

export const startCommand = defineCommand<Options>({
  name: 'start',
  group: 'Run',
  isDefault: true,
  summary: 'start the daemon (the default command)',
  description: 'Start the daemon: sink, tunnel, subscription, deliveries and inspector.',
  options: [
    ...backgroundOptions,
    new Option('--print-config', 'print every setting with its value and its origin, then exit'),
  ],
  settings: 'all',
  examples: [
    ['fic-dev start --emulator -f localhost:3000/webhooks', 'offline, without an account'],
    ['fic-dev start --company 12345 -f localhost:3000/webhooks', 'with the token in FIC_ACCESS_TOKEN'],
    ['fic-dev start -f "entities.*=localhost:3000/clients" -f localhost:3000/other', 'two targets'],
    ['fic-dev start --company 12345 --tunnel cloudflared', 'through another tunnel'],
    ['fic-dev start --background', 'without this terminal; fic-dev stop ends it'],
    ['fic-dev start --print-config', 'where each setting comes from'],
  ],
  run,
})

async function run(invocation: Invocation<Options>): Promise<number> {
  if (invocation.options.printConfig) {
    printConfig(invocation, invocation.output)
    return 0
  }
  if (invocation.options.background) return startInBackground(invocation)
  const { runDaemon } = await import('../run-daemon.ts')
  const words = process.argv.slice(2)
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY && process.stderr.isTTY
  if (words.length > 0 || !isTerminal || !isInForeground()) return runDaemon(invocation)
  const [{ isEmptyProject, offerStart }, { readEnvironment }] = await Promise.all([
    import('../offer-start.ts'),
    import('../../config/environment.ts'),
  ])
  if (!isEmptyProject(invocation, readEnvironment(process.cwd()))) return runDaemon(invocation)
  const chosen = await offerStart(invocation)
  return typeof chosen === 'number' ? chosen : runDaemon(chosen)
}
