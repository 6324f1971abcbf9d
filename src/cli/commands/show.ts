/** `fic-dev show <n>`: one notification whole, with its signature's claims and its deliveries. */

import { Argument, Option } from 'commander'
import type { ClaimVerdict, Notification } from '../../contract/notification.ts'
import type { ResourcesAnswer } from '../../contract/api.ts'
import { toLongName } from '../../fic/event-types.ts'
import { isJson, layOut } from '../../json-text.ts'
import { connect } from '../client.ts'
import { defineCommand, type Invocation } from '../command.ts'
import { deliveryLine, localTime, markedClaim, signatureWord } from '../terminal/lines.ts'
import type { Colors } from '../output.ts'
import { isPublication, placeOf } from '../publication.ts'
import { resourcesText } from '../show-resources.ts'
import { readSeqs } from '../seq.ts'
import { visible, visibleLines } from '../terminal/visible.ts'
import { readCount } from '../values.ts'

interface Options {
  body?: boolean
  resources?: boolean
  offset?: number
}

export const showCommand = defineCommand<Options>({
  name: 'show',
  group: 'Notifications',
  arguments: [new Argument('<n>')],
  summary: 'show a notification in full',
  description: 'Show a notification in full; "last" is the newest.',
  options: [
    new Option('--body', 'print only the raw body'),
    new Option('--resources', 'fetch the resources of its ids with your token, 20 at a time'),
    new Option('--offset <n>', 'with --resources: skip this many ids').argParser(readCount),
  ],
  settings: ['apiBase'],
  examples: [
    ['fic-dev show last', 'headers, body, claims and deliveries of the newest'],
    ['fic-dev show 12 --body > body.json', 'the raw body'],
  ],
  complete: { n: 'numbers' },
  run,
})

async function run({ args, options, config, secrets, output }: Invocation<Options>): Promise<void> {
  const client = await connect({ config, output }, { secrets })
  const [seq] = await readSeqs(args.slice(0, 1), client)
  if (options.body) {
    for await (const chunk of client.download(`/api/notifications/${seq}/body`)) await output.data(chunk)
    return
  }
  const notification = await client.request<Notification>('GET', `/api/notifications/${seq}`)
  if (output.json) output.object({ type: 'notification', notification })
  else output.line(detailText(notification, output.colors))
  if (!options.resources) return
  const path = `/api/notifications/${seq}/resources?offset=${options.offset ?? 0}`
  const resources = await client.request<ResourcesAnswer>('GET', path)
  if (output.json) output.object({ type: 'resources', resources })
  else output.line(resourcesText(resources, output.colors))
}

function detailText(notification: Notification, colors: Colors): string {
  const { seq, kind, method, path, receivedAt, headers, answer, signature, problems, twinOf } = notification
  const title = (text: string) => `\n${colors.bold(text)}`
  return [
    `${colors.bold(`#${seq}`)}  ${kind}  ${localTime(receivedAt)}  ${signatureWord(notification, colors)}`,
    ...attributes(notification).map(([name, value]) => `  ${name.padEnd(8)} ${visible(value)}`),
    ...(twinOf === null ? [] : [colors.yellow(`  The same id came first as #${twinOf}.`)]),
    ...problems.map((problem) => colors.yellow(`  ${visible(problem)}`)),
    title('Request'),
    `  ${visible(method)} ${visible(path)}`,
    ...headers.map(([name, value]) => `  ${colors.dim(`${visible(name)}:`)} ${visible(value)}`),
    title('Body'),
    bodyText(notification),
    title('Signature'),
    ...signature.problems.map((problem) => `  ${visible(problem)}`),
    ...signature.claims.map((claim) => claimLine(claim, colors)),
    ...(answer.status === 0
      ? []
      : [title('Answer to Fatture in Cloud'), `  ${answer.status}  ${visible(answer.body ?? '')}`]),
    ...deliveryLines(notification, colors, title),
  ].join('\n')
}

function attributes({ eventType, cloudEvent, company, ids }: Notification): [name: string, value: string][] {
  return [
    ...(eventType === null ? [] : [['type', toLongName(eventType)] as [string, string]]),
    ...(cloudEvent
      ? ([
          ['id', cloudEvent.id],
          ['time', cloudEvent.time],
        ] as [string, string][])
      : []),
    ...(company === null ? [] : [['company', String(company)] as [string, string]]),
    ...(ids.length === 0 ? [] : [['ids', ids.join(', ')] as [string, string]]),
  ]
}

function bodyText({ body, bodyBytes, decoded, seq }: Notification): string {
  if (bodyBytes === 0) return '  (empty)'
  const text = decoded ? decoded.text : body
  const raw = decoded ? [`  (${visible(decoded.says)}; the raw bytes: fic-dev show ${seq} --body)`] : []
  return [...raw, ...(text === null ? [] : [indent(visibleLines(isJson(text) ? layOut(text) : text))])].join(
    '\n',
  )
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ')
}

function claimLine({ claim, verdict, says }: ClaimVerdict, colors: Colors): string {
  return `  ${markedClaim({ claim, verdict }, colors)} ${visible(says)}`
}

function deliveryLines(
  { deliveries }: Notification,
  colors: Colors,
  title: (text: string) => string,
): string[] {
  const told = deliveries.flatMap((delivery) => {
    const line = deliveryLine(delivery, 'pretty', colors)
    return line === null ? [] : [{ delivery, line: `  ${line}` }]
  })
  const handedOver = told.filter(({ delivery }) => !isPublication(delivery))
  const shared = told.filter(({ delivery }) => isPublication(delivery))
  return [
    ...(handedOver.length === 0 ? [] : [title('Deliveries')]),
    ...handedOver.flatMap(({ delivery: { responseBody }, line }) => [
      line,
      ...(responseBody ? [indent(indent(visibleLines(responseBody)))] : []),
    ]),
    ...(shared.length === 0 ? [] : [title('Shared')]),
    ...shared.flatMap(({ delivery, line }) => {
      const place = placeOf(delivery)
      return [line, ...(place === null ? [] : [`    ${visible(place)}`])]
    }),
  ]
}
