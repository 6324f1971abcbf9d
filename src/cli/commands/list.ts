/** `fic-dev list`: the notifications that are kept, the newest first. */

import { Argument, Option } from 'commander'
import { knownTypeNames } from '../../config/settings.ts'
import type { NotificationPage } from '../../contract/api.ts'
import type { Delivery, Notification } from '../../contract/notification.ts'
import { notificationKinds, outcomes, signatureOutcomes } from '../../contract/vocabulary.ts'
import { hasCode } from '../../errors.ts'
import { filterFields, findUnknownFields } from '../../store/filter/language.ts'
import { connect, requireDaemon, type Client } from '../client.ts'
import { defineCommand, type Invocation } from '../command.ts'
import { readStream } from '../daemon-stream.ts'
import { noteLine, type Output } from '../output.ts'
import { deliveryLine, deliveryWord, localTime, signatureWord, subjectOf } from '../terminal/lines.ts'
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
  follow?: boolean
}

type Filter = Omit<Options, 'limit' | 'follow'>

/** As many as the API gives at once is more than a person reads; a script gets them page by page. */
const pageSize = 500

export const listCommand = defineCommand<Options>({
  name: 'list',
  group: 'Notifications',
  arguments: [new Argument('[filter...]')],
  summary: 'list notifications, newest first',
  options: [
    new Option('-n, --limit <n>', 'maximum number (default: 20; with --follow 10)').argParser(readCount),
    new Option('--follow', 'print new notifications and deliveries until the daemon ends'),
    new Option('-q, --q <filter>', 'the filter as a flag'),
    new Option('--kind <kind>', 'kind of notification').choices(notificationKinds),
    new Option('--type <type>', 'event type or group type; may end in *'),
    new Option('--signature <outcome>', 'result of the signature check').choices(signatureOutcomes),
    new Option('--delivery <verdict>', 'result of the last delivery').choices(outcomes),
    new Option('--since <time>', 'received since: 10m, 2h, 3d, today, 10:30, 2026-03-01').argParser(
      readMoment,
    ),
    new Option('--until <time>', 'received before: the same forms').argParser(readMoment),
  ],
  details: `
Filter fields:
${fieldLines()}
Words without a field are searched in body, headers, ids and problems. A minus in front negates: -signature:valid.
Quote text with spaces: "two words".`,
  examples: [
    ['fic-dev list -n 50', 'the newest 50'],
    ['fic-dev list --type "entities.*" --since 2h', 'clients and suppliers, last two hours'],
    ['fic-dev list type:invoices.create target:5xx since:1h', 'the same filter as in the inspector'],
    ['fic-dev list --follow signature:invalid', 'wait for those with an invalid signature'],
    ['fic-dev list --delivery dropped --json', 'one JSON object per line'],
  ],
  complete: { '--type': { words: () => knownTypeNames } },
  run,
})

async function run(invocation: Invocation<Options>): Promise<void> {
  const { args, options, config, output } = invocation
  const { limit = options.follow ? 10 : 20, follow, ...flags } = options
  // Words stand side by side in the filter language, wherever they were written.
  const q = [...args.map(quoteWords), ...(flags.q === undefined ? [] : [flags.q])].join(' ')
  const filter = q === '' ? flags : { ...flags, q }
  noteUnknownFields(q, output)
  const client = follow ? await requireDaemon(config) : await connect({ config, output })
  if (follow) await followList(client, { filter, limit, output })
  else await printList(client, { filter, limit, output })
}

interface Listing {
  filter: Filter
  limit: number
  output: Output
}

async function printList(client: Client, listing: Listing): Promise<void> {
  const { limit, output } = listing
  let listed = 0
  let isCut = false
  for await (const { items, nextBefore } of readPages(client, listing)) {
    for (const notification of items) print(notification, output)
    // A reader that is slow keeps neither the pages in memory nor the store.
    await output.write('')
    listed += items.length
    isCut = nextBefore !== null
  }
  if (listed === 0) output.say('No notification matches.')
  else if (isCut) output.say(output.colors.dim(`Only the newest ${limit} are listed; -n lists more.`))
}

/** The newest first, at most `limit` in all. */
async function* readPages(
  client: Client,
  { filter, limit, output }: Listing,
): AsyncGenerator<NotificationPage> {
  let left = limit
  let before: number | null = null
  do {
    const page: NotificationPage = await readPage(client, filter, { limit: left, before, output })
    yield page
    left -= page.items.length
    before = page.nextBefore
  } while (left > 0 && before !== null && !output.closed())
}

/** The newest ones, oldest first, then each that arrives, with its deliveries, until the daemon ends. */
async function followList(client: Client, listing: Listing): Promise<void> {
  const { filter, output } = listing
  const { daemon } = client
  if (daemon === null) return
  const aborter = new AbortController()
  output.onClosed(() => aborter.abort())
  const listed = new Set<number>()
  for await (const message of readStream(daemon, aborter.signal)) {
    if (message.type === 'hello') {
      const newest: Notification[] = []
      for await (const { items } of readPages(client, listing)) newest.push(...items)
      for (const notification of newest.toReversed()) {
        listed.add(notification.seq)
        print(notification, output)
      }
    } else if (message.type === 'notification') {
      await printIfMeant(message.notification.seq)
    } else if (message.type === 'delivery') {
      // A filter can ask for the result of a delivery.
      const { delivery } = message
      if (listed.has(delivery.seq)) printDelivery(delivery, output)
      else await printIfMeant(delivery.seq)
    } else if (message.type === 'lagged') {
      output.say(
        'Some notifications were skipped because too many arrived at once. List them with: fic-dev list',
      )
    }
  }
  if (!output.closed()) output.say('The running fic-dev has stopped.')

  async function printIfMeant(seq: number): Promise<void> {
    if (listed.has(seq)) return
    const options = { limit: 1, before: seq + 1, after: seq - 1, output }
    // A daemon that is ending answers no more requests; its stream ends, too.
    const { items } = await readPage(client, filter, options).catch(toEmptyPage)
    for (const notification of items) {
      listed.add(seq)
      print(notification, output)
    }
  }
}

function toEmptyPage(error: unknown): Pick<NotificationPage, 'items'> {
  if (hasCode(error, 'DAEMON_UNREACHABLE')) return { items: [] }
  throw error
}

function print(notification: Notification, output: Output): void {
  if (output.json) output.object({ type: 'notification', notification })
  else output.line(listLine(notification, output.colors))
}

function printDelivery(delivery: Delivery, output: Output): void {
  if (output.json) return output.object({ type: 'delivery', delivery })
  const line = deliveryLine(delivery, 'pretty', output.colors)
  if (line !== null) output.line(line)
}

interface PageOptions {
  limit: number
  before: number | null
  after?: number
  output: Output
}

function readPage(client: Client, filter: Filter, { limit, before, after, output }: PageOptions) {
  const query = toQuery(filter, Math.min(limit, pageSize))
  if (before !== null) query.set('before', String(before))
  if (after !== undefined) query.set('after', String(after))
  // A line shows a few ids and no headers.
  if (!output.json) query.set('view', 'row')
  return client.request<NotificationPage>('GET', `/api/notifications?${query}`)
}

/** A word such as `note:paid` is searched as text, which a slip in the name of a field would be, too. */
function noteUnknownFields(q: string, output: Output): void {
  for (const name of findUnknownFields(q)) {
    const fields = Object.keys(filterFields).join(', ')
    output.say(
      noteLine(
        `"${name}:" is not a filter field, so it is searched as text. Fields: ${fields}.`,
        output.colors,
      ),
    )
  }
}

function fieldLines(): string {
  return Object.entries(filterFields)
    .map(([name, values]) => `  ${`${name}:`.padEnd(11)} ${values}`)
    .join('\n')
}

/** The shell took the quotes off: text with a space is one word again. */
function quoteWords(word: string): string {
  return /\s/.test(word) && !word.includes('"') && !/^-?\w+:/.test(word) ? `"${word}"` : word
}

function toQuery(filter: Filter, limit: number): URLSearchParams {
  const query = new URLSearchParams({ limit: String(limit) })
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
