/** `fic-dev list`: the notifications that are kept, the newest first. */

import { Argument, Option } from 'commander'
import type { NotificationPage } from '../../contract/api.ts'
import type { Notification } from '../../contract/notification.ts'
import { connect } from '../client.ts'
import { defineCommand, type Invocation } from '../command.ts'
import { deliveryWord, localTime, signatureWord, subjectOf } from '../terminal/lines.ts'
import { readCount, readMoment } from '../values.ts'

interface Options {
  limit?: number
  q?: string
  kind?: string
  type?: string
  signature?: string
  delivery?: string
  since?: string
  until?: string
}

/** As many as the API gives at once is more than a person reads; a script gets them page by page. */
const pageSize = 500

export const listCommand = defineCommand<Options>({
  name: 'list',
  group: 'Notifications',
  arguments: [new Argument('[filter...]')],
  summary: 'list notifications, newest first',
  options: [
    new Option('-n, --limit <n>', 'maximum number (default: 20)').argParser(readCount),
    new Option('-q, --q <filter>', 'the filter as a flag'),
    new Option('--kind <kind>', 'kind of notification').choices([
      'verification',
      'welcome',
      'event',
      'unknown',
    ]),
    new Option('--type <type>', 'event type or group type; may end in *'),
    new Option('--signature <outcome>', 'result of the signature check').choices([
      'valid',
      'invalid',
      'missing',
    ]),
    new Option('--delivery <verdict>', 'result of the last delivery').choices([
      'delivered',
      'retried',
      'dropped',
      'subscription-deleted',
      'pending',
      'none',
    ]),
    new Option('--since <time>', 'received since: 10m, 2h, 3d, today, 10:30, 2026-03-01').argParser(
      readMoment,
    ),
    new Option('--until <time>', 'received before: the same forms').argParser(readMoment),
  ],
  examples: [
    ['fic-dev list -n 50', 'the newest 50'],
    ['fic-dev list --type "entities.*" --since 2h', 'clients and suppliers, last two hours'],
    ['fic-dev list type:invoices.create target:5xx since:1h', 'the same filter as in the inspector'],
    ['fic-dev list --delivery dropped --json', 'one JSON object per line'],
  ],
  run,
})

async function run({ args, options, config, output }: Invocation<Options>): Promise<void> {
  const { limit = 20, ...flags } = options
  // Words stand side by side in the filter language, wherever they were written.
  const q = [...args.map(quoteWords), ...(flags.q === undefined ? [] : [flags.q])].join(' ')
  const filter = q === '' ? flags : { ...flags, q }
  const client = await connect(config)
  try {
    let left = limit
    let before: number | null = null
    do {
      const query = toQuery(filter, Math.min(left, pageSize), before)
      // A line shows a few ids and no headers.
      if (!output.json) query.set('view', 'row')
      const page: NotificationPage = await client.request('GET', `/api/notifications?${query}`)
      for (const notification of page.items) {
        if (output.json) output.object({ type: 'notification', notification })
        else output.line(listLine(notification, output.colors))
      }
      left -= page.items.length
      before = page.nextBefore
    } while (left > 0 && before !== null && !output.closed())
    if (left === limit) output.say('No notification matches.')
  } finally {
    await client.close()
  }
}

/** The shell took the quotes off: text with a space is one word again. */
function quoteWords(word: string): string {
  return /\s/.test(word) && !word.includes('"') && !/^-?\w+:/.test(word) ? `"${word}"` : word
}

function toQuery(filter: Omit<Options, 'limit'>, limit: number, before: number | null): URLSearchParams {
  const query = new URLSearchParams({ limit: String(limit) })
  if (before !== null) query.set('before', String(before))
  for (const name of ['q', 'kind', 'type', 'signature', 'delivery', 'since', 'until'] as const) {
    const value = filter[name]
    if (value !== undefined) query.set(name, value)
  }
  return query
}

function listLine(notification: Notification, colors: Invocation['output']['colors']): string {
  const delivery = notification.deliveries.at(-1)
  return [
    colors.bold(String(notification.seq).padStart(5)),
    colors.dim(localTime(notification.receivedAt)),
    subjectOf(notification),
    signatureWord(notification, colors),
    ...(delivery ? [deliveryWord(delivery, colors)] : []),
  ].join('  ')
}
