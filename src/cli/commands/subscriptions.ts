/** `fic-dev subscriptions …`: what Fatture in Cloud holds for this app and company, and what can be done about it. */

import { Argument, Option } from 'commander'
import type {
  RestoredSubscription,
  SubscriptionAnswer,
  SubscriptionEntry,
  SubscriptionUpdate,
} from '../../contract/api.ts'
import { didYouMean } from '../../config/spelling.ts'
import { FicDevError } from '../../errors.ts'
import { whoseItIs, type Doing } from '../../subscription/consent.ts'
import { toUnverified } from '../../subscription/unverified.ts'
import { connect, type Client } from '../client.ts'
import { defineCommand, type Invocation } from '../command.ts'
import {
  restoredText,
  subscriptionLines,
  subscriptionText,
  type Change,
} from '../terminal/subscriptions-text.ts'
import { visible } from '../terminal/visible.ts'
import { whileWaiting } from '../terminal/waiting.ts'

interface Options {
  sink?: string
  types?: string[]
  mapping?: string
  verificationMethod?: string
}

interface Work extends Invocation<Options> {
  client: Client
  id: string | undefined
}

/** Gives the exit code where it is not 0. */
type Action = (work: Work) => Promise<number | void>

const actions: Record<string, Action> = {
  list,
  show: async (work) => print(work, await find(work)),
  create,
  update,
  verify,
  delete: remove,
  restore,
}

export const subscriptionsCommand = defineCommand<Options>({
  name: 'subscriptions',
  group: 'Fatture in Cloud',
  arguments: [new Argument('[action]'), new Argument('[id]')],
  summary: 'list and change subscriptions',
  options: [
    new Option(
      '--sink <url>',
      'with create and update: the sink URL (default for create: the running fic-dev)',
    ),
  ],
  settings: ['types', 'mapping', 'verificationMethod', 'company', 'apiBase', 'yes'],
  details: `
Actions:
  list            list the subscriptions of this app and company (default)
  show [id]       show a subscription and its verification attempts
  create          create a subscription for --sink or for the running fic-dev
  update [id]     change --types, --mapping or --sink
  verify [id]     request a verification; limited to 5 attempts, one per 10 minutes
  delete <id>     delete a subscription
  restore         move a subscription that was taken over back to its old sink

The default id is the subscription of this project. Any other subscription is changed only if you name it and confirm
(or use --yes). Without a running fic-dev, the commands use FIC_ACCESS_TOKEN and --company.`,
  examples: [
    ['fic-dev subscriptions', 'all subscriptions'],
    ['fic-dev subscriptions verify', 'the subscription of this project'],
    [
      'fic-dev subscriptions update SUB230 --types entities.all.create,products.update',
      'change the event types',
    ],
    ['fic-dev subscriptions restore --company 12345', 'after a crash'],
  ],
  complete: { action: { words: () => Object.keys(actions) } },
  run,
})

async function run(invocation: Invocation<Options>): Promise<number | void> {
  const [name = 'list', id, extra] = invocation.args
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined
  if (action === undefined) {
    const names = Object.keys(actions)
    throw new FicDevError('USAGE', `Unknown action "${name}".${didYouMean(name, names)}`, {
      hint: `Use one of: ${names.join(', ')}.`,
    })
  }
  const takesId = ['show', 'update', 'verify', 'delete'].includes(name)
  const tooMuch = takesId ? extra : id
  if (tooMuch !== undefined) {
    throw new FicDevError('USAGE', `Unexpected argument "${tooMuch}" for subscriptions ${name}.`, {
      hint: `Example: fic-dev subscriptions ${name}${takesId ? ' SUB230' : ''}`,
    })
  }
  const creates = name !== 'list' && name !== 'show'
  const client = await connect(invocation, { secrets: invocation.secrets, creates })
  const request: Client['request'] = (method, path, body) =>
    whileWaiting(
      invocation.output,
      () => 'asking Fatture in Cloud',
      () => client.request(method, path, body),
    )
  return action({ ...invocation, client: { ...client, request }, id })
}

async function list({ client, output }: Work): Promise<void> {
  const { items } = await client.request<{ items: SubscriptionEntry[] }>('GET', '/api/subscriptions')
  for (const entry of items) {
    if (output.json) output.object(entry)
    else output.line(subscriptionLines(entry, output.colors))
  }
  if (items.length === 0) output.say('There is no subscription.')
}

async function create({ client, options, config, output }: Work): Promise<void> {
  const given = givenOf({ options, config })
  output.say('Waits for the outcome of the verification…')
  const answer = await client.request<SubscriptionAnswer>('POST', '/api/subscriptions', given)
  printAnswer('created', answer, output)
  demandVerified(answer)
}

async function update(work: Work): Promise<number | void> {
  const { client, output } = work
  const given = givenOf(work)
  if (Object.keys(given).length === 0) {
    throw new FicDevError(
      'USAGE',
      'Missing change: set --types, --mapping, --sink or --verification-method.',
      {
        hint: 'Example: fic-dev subscriptions update SUB230 --types entities.all.create',
      },
    )
  }
  const entry = await find(work)
  if (!(await consents(work, 'update', entry))) return 1
  const path = pathOf(entry)
  const body: SubscriptionUpdate = { ...given, anothers: true }
  const answer = await client.request<SubscriptionAnswer>('PUT', path, body)
  printAnswer('updated', answer, output)
  demandVerified(answer)
}

async function verify(work: Work): Promise<number | void> {
  const { client, options, config, output } = work
  const entry = await find(work)
  if (!entry.verified && !(await consents(work, 'verify', entry))) return 1
  const { verificationMethod } = givenOf({ options, config })
  const body = { anothers: true, ...(verificationMethod && { verificationMethod }) }
  const after = await client.request<SubscriptionEntry>('POST', `${pathOf(entry)}/verify`, body)
  // One that another program has moved is verified, too, and is moved back.
  if (entry.verified && after.sink === entry.sink) {
    output.say(`${visible(entry.id)} is verified already; no attempt was spent.`)
  }
  print(work, after)
}

async function remove(work: Work): Promise<number | void> {
  const { client, output, id } = work
  if (id === undefined) {
    throw new FicDevError('USAGE', 'Missing subscription id.', {
      hint: 'fic-dev subscriptions list shows them; example: fic-dev subscriptions delete SUB230',
    })
  }
  const entry = await find(work)
  if (!(await consents(work, 'delete', entry))) return 1
  await client.request('DELETE', `${pathOf(entry)}?anothers=true`)
  if (output.json) output.object({ deleted: entry.id })
  else output.say(`${visible(entry.id)} (${visible(entry.sink)}) was deleted.`)
}

async function restore({ client, output }: Work): Promise<void> {
  const { items } = await client.request<{ items: RestoredSubscription[] }>(
    'POST',
    '/api/subscriptions/restore',
  )
  for (const item of items) {
    if (output.json) output.object(item)
    else output.line(restoredText(item))
  }
  if (items.length === 0) output.say('No subscription is taken over, so there is nothing to restore.')
}

/** The one that was named, or the only one that is ours. */
async function find({ client, id }: Pick<Work, 'client' | 'id'>): Promise<SubscriptionEntry> {
  if (id !== undefined) return client.request('GET', `/api/subscriptions/${encodeURIComponent(id)}`)
  const { items } = await client.request<{ items: SubscriptionEntry[] }>('GET', '/api/subscriptions')
  const own = items.filter(({ origin }) => origin !== null)
  const [only] = own.length === 1 ? own : own.filter(({ kept }) => kept)
  if (only) return only
  throw new FicDevError('USAGE', `Missing subscription id: this project has ${own.length} subscriptions.`, {
    hint: 'fic-dev subscriptions list shows them; then name one, like SUB230.',
  })
}

/** A yes to what would happen to somebody else; nothing is asked about what is ours. */
async function consents({ config, output }: Work, doing: Doing, entry: SubscriptionEntry): Promise<boolean> {
  const whose = whoseItIs(doing, entry)
  if (whose === null || config.yes) return true
  output.say(visible(whose))
  const { confirmOnce } = await import('../terminal/prompts.ts')
  const isYes = await confirmOnce(output, {
    message: `${toStart(doing)} it anyway?`,
    answeredBy: `Example: fic-dev subscriptions ${doing} ${entry.id} --yes`,
  })
  if (isYes) return true
  output.say('Nothing was changed.')
  return false
}

function toStart(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`
}

/** What stood on the command line; what the config file says is for the daemon. */
function givenOf({ options, config }: Pick<Work, 'options' | 'config'>): Change {
  return {
    ...(options.sink !== undefined && { sink: options.sink }),
    ...(options.types !== undefined && { types: [...config.types] }),
    ...(options.mapping !== undefined && { mapping: config.mapping }),
    ...(options.verificationMethod !== undefined && { verificationMethod: config.verificationMethod }),
  }
}

function pathOf({ id }: SubscriptionEntry): string {
  return `/api/subscriptions/${encodeURIComponent(id)}`
}

function print({ output }: Pick<Work, 'output'>, entry: SubscriptionEntry): void {
  if (output.json) output.object(entry)
  else output.line(subscriptionText(entry, output.colors))
}

function printAnswer(done: string, answer: SubscriptionAnswer, output: Work['output']): void {
  if (output.json) return output.object(answer)
  for (const warning of answer.warnings) output.say(output.colors.yellow(visible(warning)))
  output.say(`${visible(answer.subscription.id)} was ${done}.`)
  output.line(subscriptionText(answer.subscription, output.colors))
}

/** @throws FicDevError SUBSCRIPTION_FAILED: what was asked for is done, and of no use yet */
function demandVerified({ subscription }: SubscriptionAnswer): void {
  if (!subscription.verified) throw toUnverified(subscription, subscription.kept)
}
