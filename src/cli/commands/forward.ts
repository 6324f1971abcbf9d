/** `fic-dev forward`: prints the targets of the running fic-dev, or changes them without a restart. */

import path from 'node:path'
import { Argument, Option } from 'commander'
import type { TargetsAnswer, TargetsChange } from '../../contract/api.ts'
import { readTargets, toTargetText } from '../../config/forward-to.ts'
import { FicDevError } from '../../errors.ts'
import { requireDaemon } from '../client.ts'
import { defineCommand, type Invocation } from '../command.ts'
import { noteLine, type Output } from '../output.ts'
import { targetLine } from '../terminal/lines.ts'
import { visible } from '../terminal/visible.ts'

interface Options {
  none?: boolean
}

export const forwardCommand = defineCommand<Options>({
  name: 'forward',
  group: 'Run',
  arguments: [new Argument('[targets...]')],
  summary: 'change the target of the running fic-dev',
  description:
    'Change where the running fic-dev forwards notifications. Without a target, print the present ones.',
  options: [new Option('--none', 'stop forwarding')],
  details: `
A target is a URL, or <types>=<url> for some event types only; the first match wins, as with -f. The new targets replace
all present ones until fic-dev ends; the command prints how to keep them.

Deliveries that wait for a removed target move to the new target, in order and before newer deliveries. Deliveries that no
new target matches are canceled. With --none, deliveries wait for the next target. An attempt in progress has 3 seconds to
finish; then it is aborted and retried at the new target.`,
  examples: [
    ['fic-dev forward', 'print the present targets'],
    ['fic-dev forward localhost:4000/webhooks', 'one target for everything'],
    ["fic-dev forward 'entities.*=localhost:4000/clients' localhost:3000/webhooks", 'by event type'],
    ['fic-dev forward --none', 'stop forwarding; notifications are kept'],
  ],
  run,
})

async function run({ args, options, config, file, output }: Invocation<Options>): Promise<void> {
  const isChange = args.length > 0 || options.none === true
  if (args.length > 0) {
    if (options.none) {
      throw new FicDevError('USAGE', '--none and a target do not go together.', {
        hint: 'To stop forwarding: fic-dev forward --none',
      })
    }
    readTargets(args)
  }
  const client = await requireDaemon(config)
  if (!isChange) return print(await client.request<TargetsAnswer>('GET', '/api/targets'), output)
  const change = await client.request<TargetsChange>('PUT', '/api/targets', { targets: args })
  print(change, output)
  if (output.json) return
  for (const note of change.notes) output.say(noteLine(note, output.colors))
  for (const line of sayChange(change, file)) output.say(output.colors.dim(line))
}

function print(answer: TargetsAnswer, output: Output): void {
  if (output.json) return output.object(answer)
  const { forwardTo, targets } = answer
  if (forwardTo.length === 0) return output.line('Nothing is forwarded.')
  for (const { types, url } of forwardTo) {
    const status = targets.find((target) => target.url === url)
    const line = status ? targetLine(status, output.colors) : `target  ${visible(url)}`
    const waiting = status && status.waiting > 0 ? [`${status.waiting} waiting`] : []
    const only = types.length > 0 ? [visible(types.join(','))] : []
    output.line([line, ...only, ...waiting].join('  '))
  }
}

function sayChange(change: TargetsChange, file: string | null): string[] {
  const { moved, ended } = change
  return [
    ...(moved > 0
      ? [`Moved to the new targets: ${count(moved, 'waiting delivery', 'waiting deliveries')}.`]
      : []),
    ...(ended > 0
      ? [`Canceled, because no target matches their type: ${count(ended, 'delivery', 'deliveries')}.`]
      : []),
    `This holds until fic-dev ends. ${sayHowToKeep(change, file)}`,
  ]
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`
}

/** At the place that decides at the next start. */
export function sayHowToKeep(
  { forwardTo, startedWith }: Pick<TargetsChange, 'forwardTo' | 'startedWith'>,
  file: string | null,
): string {
  const words = forwardTo.map(toTargetText)
  const variable = /^environment (\S+)/.exec(startedWith)?.[1]
  if (variable !== undefined) return `To keep it: ${variable}="${words.join(' ')}"`
  if (startedWith === 'flag') {
    const flags = words.map((word) => ` -f ${/[*&;?()'\s]/.test(word) ? `'${word}'` : word}`).join('')
    return flags === ''
      ? 'To keep it, start without -f.'
      : `To keep it, start with${flags} in place of the present -f.`
  }
  const name = path.basename(file ?? 'fic-dev.config.ts')
  const key = name.endsWith('.json') ? '"forwardTo"' : 'forwardTo'
  return `To keep it, in ${name}: ${key}: ${toConfigValue(forwardTo)}`
}

function toConfigValue(forwardTo: TargetsAnswer['forwardTo']): string {
  const rules = forwardTo.map(({ types, url }) => (types.length > 0 ? { types, url } : url))
  return JSON.stringify(rules.length === 1 ? rules[0] : rules)
}
