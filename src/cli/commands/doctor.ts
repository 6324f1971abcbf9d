/** `fic-dev doctor`: looks at everything that fic-dev stands on, and says what to do. */

import type { Finding } from '../../contract/doctor.ts'
import type { Status } from '../../contract/status.ts'
import { connectToDaemon } from '../client.ts'
import { defineCommand, type Invocation } from '../command.ts'
import type { Colors } from '../output.ts'
import { withRunningSettings } from '../running-settings.ts'
import { visible } from '../terminal/visible.ts'
import { whileWaiting } from '../terminal/waiting.ts'
import { typed } from '../typed.ts'

export const doctorCommand = defineCommand({
  name: 'doctor',
  group: 'This machine',
  summary: 'find problems with this setup',
  // The same flags as `start`, so that it can be asked about just that start.
  settings: 'all',
  details: `
The checks: Node, configuration and its origin, data directory and disk, keys, clock, access token with companies and
scopes, the running daemon with tunnel and subscription, and your app, which receives a challenge and a notification
signed with the dev key. The exit code is 1 if a check fails.`,
  examples: [
    ['fic-dev doctor', 'in the folder of your project'],
    ['fic-dev doctor --json', 'one JSON object per finding'],
    ['fic-dev doctor -f localhost:3000/webhooks', 'with the flags of your start command'],
  ],
  run,
})

/** Exit code 1 when something does not work. */
async function run(invocation: Invocation): Promise<number> {
  const { config, secrets, file, sources, notes, output } = invocation
  const { examine } = await import('../../daemon/examine.ts')
  let failures = 0
  const messages = examine({
    config: await withRunningSettings(invocation),
    accessToken: secrets.accessToken,
    settings: { file, sources, notes },
    status: async () => {
      const client = await connectToDaemon(config)
      return client && client.request<Status>('GET', '/api/status')
    },
  })
  await whileWaiting(
    output,
    () => 'looking',
    async () => {
      for await (const message of messages) {
        if (message.type !== 'finding') continue
        if (message.outcome === 'failure') failures += 1
        if (output.json) output.object(message)
        else output.line(typed(findingText(message, output.colors)))
      }
    },
  )
  return failures === 0 ? 0 : 1
}

const words: Record<Finding['outcome'], string> = {
  ok: 'ok',
  warning: 'warning',
  failure: 'failure',
  skipped: '-',
}

function findingText({ name, outcome, what, why, todo }: Finding, colors: Colors): string {
  const paint =
    outcome === 'ok'
      ? colors.green
      : outcome === 'failure'
        ? colors.red
        : outcome === 'warning'
          ? colors.yellow
          : colors.dim
  const more = [why, todo].filter((line) => line !== null)
  return [
    `${paint(words[outcome].padEnd(8))} ${name.padEnd(13)} ${visible(what)}`,
    ...more.map((line) => `${' '.repeat(23)}${colors.dim(visible(line))}`),
  ].join('\n')
}
