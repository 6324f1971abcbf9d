/** `fic-dev keys`: the public keys that a receiver needs, as PEM and in the form that Fatture in Cloud publishes. */

import type { KeyEntry } from '../../contract/api.ts'
import { connect } from '../client.ts'
import { defineCommand, type Invocation } from '../command.ts'

export const keysCommand = defineCommand({
  name: 'keys',
  group: 'Your app',
  summary: 'print the public keys of this project',
  description:
    'Print the dev key and the key that signs notifications, as PEM and in the base64 form that Fatture in Cloud publishes.',
  settings: ['emulator', 'publicKey'],
  examples: [
    ['fic-dev keys', 'the dev key and the key of Fatture in Cloud'],
    ['fic-dev keys --json', 'one JSON object per key'],
  ],
  run,
})

async function run({ config, output }: Invocation): Promise<void> {
  const client = await connect({ config, output }, { creates: true })
  const { items } = await client.request<{ items: KeyEntry[] }>('GET', '/api/keys')
  for (const key of items) {
    if (output.json) output.object(key)
    else output.line(`${output.colors.bold(key.label)}\n${key.pem.trim()}\n${key.base64}\n`)
  }
}
