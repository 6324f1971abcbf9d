/** `fic-dev keys`: the public keys that a receiver needs, as PEM and in the form that Fatture in Cloud publishes. */

import type { KeyEntry } from '../../contract/api.ts'
import { connect } from '../client.ts'
import { defineCommand, type Invocation } from '../command.ts'

export const keysCommand = defineCommand({
  name: 'keys',
  summary: 'print the dev key and the key that notifications are signed with',
  settings: ['emulator', 'publicKey'],
  examples: [
    ['fic-dev keys', 'as PEM, and as Fatture in Cloud publishes its own'],
    ['fic-dev keys --json', 'for scripts'],
  ],
  run,
})

async function run({ config, output }: Invocation): Promise<void> {
  const client = await connect(config, { creates: true })
  try {
    const { items } = await client.request<{ items: KeyEntry[] }>('GET', '/api/keys')
    for (const key of items) {
      if (output.json) output.object(key)
      else output.line(`${output.colors.bold(key.label)}\n${key.pem.trim()}\n${key.base64}\n`)
    }
  } finally {
    await client.close()
  }
}
