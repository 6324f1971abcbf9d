/** `fic-dev clear [n…]`: removes notifications, all of them only after a yes. */

import { Argument } from 'commander'
import { connect } from '../client.ts'
import { defineCommand, type Invocation } from '../command.ts'
import type { Output } from '../output.ts'
import { readSeqs } from '../seq.ts'

export const clearCommand = defineCommand({
  name: 'clear',
  group: 'Notifications',
  arguments: [new Argument('[n...]')],
  summary: 'delete notifications',
  description: 'Delete these notifications, or all of them.',
  settings: ['yes'],
  examples: [
    ['fic-dev clear 12-15', 'these notifications'],
    ['fic-dev clear --yes', 'all notifications, without a prompt'],
  ],
  complete: { n: 'numbers' },
  run,
})

async function run({ args, config, output }: Invocation): Promise<number> {
  if (args.length === 0 && !config.yes && !(await confirm(config.dataDir, output))) {
    output.say('Nothing was deleted.')
    return 1
  }
  const client = await connect({ config, output })
  await client.inOneGo(async () => {
    if (args.length === 0) await client.request('DELETE', '/api/notifications')
    for (const seq of await readSeqs(args, client))
      await client.request('DELETE', `/api/notifications/${seq}`)
  })
  output.say(args.length === 0 ? 'All notifications were removed.' : 'Removed.')
  return 0
}

/** A question that is canceled is a no. */
async function confirm(dataDir: string, output: Output): Promise<boolean> {
  const { confirmOnce } = await import('../terminal/prompts.ts')
  return confirmOnce(output, {
    message: `Delete all notifications in ${dataDir}?`,
    answeredBy: 'Example: fic-dev clear --yes',
  })
}
