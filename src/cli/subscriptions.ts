/** `fic-dev subscriptions`: what Fatture in Cloud holds for this app and company. */

import { toShortName } from '../fic/event-types.ts'
import { FicDevError } from '../errors.ts'
import { connect } from './client.ts'
import type { Invocation } from './command.ts'
import { visible } from './visible.ts'

interface Subscription {
  id: string
  sink: string
  verified: boolean
  types: string[]
}

export async function run({ args, config, output }: Invocation): Promise<void> {
  if (args[0] !== undefined && args[0] !== 'list') {
    throw new FicDevError('USAGE', `subscriptions cannot "${args[0]}".`, {
      hint: 'Example: fic-dev subscriptions list',
    })
  }
  const client = await connect(config)
  try {
    const { items } = await client.request<{ items: Subscription[] }>('GET', '/api/subscriptions')
    for (const subscription of items) {
      if (output.json) output.object(subscription)
      else output.line(subscriptionText(subscription, output.colors))
    }
    if (items.length === 0) output.say('There is no subscription.')
  } finally {
    await client.close()
  }
}

function subscriptionText(
  { id, sink, verified, types }: Subscription,
  colors: Invocation['output']['colors'],
): string {
  const state = verified ? colors.green('verified') : colors.yellow('not verified')
  return [
    `${colors.bold(visible(id))}  ${state}  ${visible(sink)}`,
    ...types.map((type) => `  ${visible(toShortName(type))}`),
  ].join('\n')
}
