/** `fic-dev clear [n…]`: removes notifications, all of them only after a yes. */

import { createInterface } from 'node:readline/promises'
import { FicDevError } from '../errors.ts'
import { connect } from './client.ts'
import type { Invocation } from './command.ts'
import { readSeqs } from './seq.ts'

export async function run({ args, config, output }: Invocation): Promise<number> {
  if (args.length === 0 && !config.yes && !(await confirm(config.dataDir))) {
    output.say('Nothing was removed.')
    return 1
  }
  const client = await connect(config)
  try {
    if (args.length === 0) await client.request('DELETE', '/api/notifications')
    for (const seq of await readSeqs(args, client))
      await client.request('DELETE', `/api/notifications/${seq}`)
  } finally {
    await client.close()
  }
  output.say(args.length === 0 ? 'All notifications were removed.' : 'Removed.')
  return 0
}

async function confirm(dataDir: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new FicDevError('USAGE', 'clear removes all notifications and has nobody to ask here.', {
      hint: 'Example: fic-dev clear --yes',
    })
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  // Ctrl-D and Ctrl-C close without an answer.
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')))
  const question = terminal.question(`Remove all notifications of ${dataDir}? [y/N] `)
  const answer = await Promise.race([question, closed])
  terminal.close()
  return /^y(?:es)?$/i.test(answer.trim())
}
