/** `fic-dev status`: whether fic-dev runs for this project, and the state of its parts. */

import type { Status } from '../../contract/status.ts'
import { connectToDaemon } from '../client.ts'
import { defineCommand, type Invocation } from '../command.ts'
import { runningText } from '../terminal/running-text.ts'
import { visible } from '../terminal/visible.ts'

export const statusCommand = defineCommand({
  name: 'status',
  group: 'Run',
  summary: 'print whether fic-dev is running, and the state of its parts',
  details: `
The exit code is 0 if fic-dev is running for this project, otherwise 1.`,
  examples: [
    ['fic-dev status', 'addresses, tunnel, subscription, targets'],
    ['fic-dev status --json', 'one object; "running" is true or false'],
  ],
  run,
})

async function run({ config, output }: Invocation): Promise<number> {
  const client = await connectToDaemon(config)
  if (client === null || client.daemon === null) {
    if (output.json) output.object({ running: false, project: config.dataDir })
    else {
      output.line(`fic-dev is not running for ${visible(config.dataDir)}.`)
      output.say('Start it: fic-dev start, or fic-dev start --background')
    }
    return 1
  }
  const { pid, logFile } = client.daemon
  const status = await client.request<Status>('GET', '/api/status')
  if (output.json) output.object({ running: true, pid, logFile: logFile ?? null, ...status })
  else output.line(runningText(status, client.daemon, output.colors))
  return 0
}
