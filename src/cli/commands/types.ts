/** `fic-dev types [text]`: the event types and group types, with scopes and which of them we hold. */

import { Argument } from 'commander'
import type { EventTypeEntry } from '../../contract/api.ts'
import { connect } from '../client.ts'
import { defineCommand, type Invocation } from '../command.ts'

export const typesCommand = defineCommand({
  name: 'types',
  group: 'Fatture in Cloud',
  arguments: [new Argument('[text]')],
  summary: 'list event types and group types',
  examples: [
    ['fic-dev types invoices', 'names that contain this text'],
    ['fic-dev types --json', 'one JSON object per line'],
  ],
  run,
})

async function run({ args, config, output }: Invocation): Promise<void> {
  const client = await connect({ config, output })
  const { items } = await client.request<{ items: EventTypeEntry[] }>('GET', '/api/types')
  const wanted = items.filter(({ type }) => type.includes(args[0] ?? ''))
  const width = Math.max(0, ...wanted.map(({ shortName }) => shortName.length))
  for (const entry of wanted) {
    if (output.json) output.object(entry)
    else output.line(typeLine(entry, width, output.colors))
  }
  if (wanted.length === 0) output.say(`No event type has "${args[0]}" in its name.`)
}

function typeLine(
  { shortName, scopes, members, held }: EventTypeEntry,
  width: number,
  colors: Invocation['output']['colors'],
): string {
  const mark = held ? colors.green('subscribed') : ' '.repeat('subscribed'.length)
  const group = members ? colors.cyan(`  group of ${members.length}`) : ''
  return `${shortName.padEnd(width)}  ${mark}  ${colors.dim(scopes.map((scope) => `${scope}:r`).join(', '))}${group}`
}
