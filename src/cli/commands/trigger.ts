/** `fic-dev trigger <type>`: has the emulator send notifications. */

import { Argument, Option } from 'commander'
import type { TriggerAnswer, TriggerRequest } from '../../contract/api.ts'
import { mappings } from '../../contract/vocabulary.ts'
import { readUrl, showUrl } from '../../http/url.ts'
import { knownTypeNames } from '../../config/settings.ts'
import { didYouMean } from '../../config/spelling.ts'
import { emulatorAt } from '../../daemon/emulator-access.ts'
import { FicDevError } from '../../errors.ts'
import { findEventTypes, toLongName, welcomeType } from '../../fic/event-types.ts'
import { requireDaemon } from '../client.ts'
import { defineCommand, type Invocation } from '../command.ts'
import { visible } from '../terminal/visible.ts'
import { readCount, readIds } from '../values.ts'

interface Options extends Omit<TriggerRequest, 'type'> {
  to?: string
}

export const triggerCommand = defineCommand<Options>({
  name: 'trigger',
  group: 'Notifications',
  arguments: [new Argument('<type>')],
  summary: 'make the emulator send notifications',
  options: [
    new Option('--ids <ids>', 'resource ids, comma-separated').argParser(readIds),
    new Option('--count <n>', 'number of notifications (default: 1)').argParser(readCount),
    new Option('--company <id>', 'company id (default: the company of the subscription)').argParser(
      readCount,
    ),
    new Option('--mapping <mapping>', 'mapping (default: the mapping of the subscription)').choices(mappings),
    new Option('--to <url>', 'URL of an emulator that runs on its own'),
  ],
  examples: [
    ['fic-dev trigger issued_documents.invoices.create', 'one notification'],
    ['fic-dev trigger entities.all.update --ids 11,12', 'every type of a group'],
    ["fic-dev trigger 'products.*'", 'every type that matches, as in filters'],
    ['fic-dev trigger products.create --count 50', '50 notifications'],
    ['fic-dev trigger taxes.delete --to http://127.0.0.1:4622', 'through an emulator that runs on its own'],
  ],
  complete: { type: { words: () => knownTypeNames } },
  run,
})

async function run({ args, options, config, output }: Invocation<Options>): Promise<void> {
  const { ids, count, company, mapping, to } = options
  const type = readType(args[0] ?? '')
  const request: TriggerRequest = {
    type,
    ...(ids && { ids }),
    ...(count && { count }),
    ...(company && { company }),
    ...(mapping && { mapping }),
  }
  const { notificationIds } = to === undefined ? await ask(config, request) : await askEmulator(to, request)
  if (output.json) output.object({ notificationIds })
  else for (const id of notificationIds) output.line(visible(id))
}

/** @throws FicDevError USAGE for a name that means no event type, with the most similar one */
function readType(name: string): string {
  if (findEventTypes(name).length > 0 || toLongName(name) === welcomeType) return name
  throw new FicDevError(
    'USAGE',
    `Unknown event type "${name}".${didYouMean(name, [...knownTypeNames, ...knownTypeNames.map(toLastParts)])}`,
    {
      hint: 'fic-dev types lists all of them.',
    },
  )
}

/** `invoices.create` of `issued_documents.invoices.create`. */
function toLastParts(name: string): string {
  return name.split('.').slice(-2).join('.')
}

async function ask(config: Invocation['config'], request: TriggerRequest): Promise<TriggerAnswer> {
  const client = await requireDaemon(config)
  return client.request<TriggerAnswer>('POST', '/api/trigger', request)
}

async function askEmulator(to: string, request: TriggerRequest): Promise<TriggerAnswer> {
  const reading = readUrl(to, 'leave them out: the emulator needs none')
  if ('url' in reading) return emulatorAt(reading.url.origin).trigger(request)
  throw new FicDevError('USAGE', `--to is ${showUrl(to)}, which ${reading.problem}.`, {
    hint: 'Example: --to http://127.0.0.1:4622',
  })
}
