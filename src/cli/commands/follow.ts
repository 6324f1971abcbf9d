/** `fic-dev follow [url]`: takes the notifications that another fic-dev shares, and does the rest as `start` does. */

import { Argument, Option } from 'commander'
import { readNatsAddress } from '../../share/address.ts'
import { FicDevError } from '../../errors.ts'
import { defineCommand, type Invocation } from '../command.ts'
import { readFollowerName, readMoment } from '../values.ts'

export interface FollowOptions {
  /** The follower's name. */
  as?: string
  /** ISO time. */
  since?: string
}

export const followCommand = defineCommand<FollowOptions>({
  name: 'follow',
  arguments: [new Argument('[url]')],
  summary: 'take the notifications that another fic-dev shares with --share',
  options: [
    new Option('--as <name>', 'your name among the followers (default: user name and project)').argParser(
      readFollowerName,
    ),
    new Option(
      '--since <time>',
      'from then on: 10m, 2h, 3d, today, 10:30, 2026-03-01 (default: from now)',
    ).argParser(readMoment),
  ],
  // Those of `start` that have nothing to do with Fatture in Cloud's side.
  settings: [
    'company',
    'types',
    'forwardTo',
    'headers',
    'dropDuplicates',
    'concurrency',
    'timeout',
    'apiBase',
    'publicKey',
    'share',
    'shareCreds',
    'shareCa',
    'port',
    'keep',
    'keepDays',
    'output',
    'open',
  ],
  details: `
No tunnel, no subscription: the fic-dev that was started with --share has them. What comes is checked again, kept,
shown and delivered here, and what came while you were away (up to 7 days) comes when you are back. Without an address
it is the one of --share in the configuration. Credentials: --share-creds, FIC_DEV_SHARE_TOKEN, or FIC_DEV_SHARE_USER
and FIC_DEV_SHARE_PASSWORD.`,
  examples: [
    ['fic-dev follow nats://nats.example.com --company 12345 -f localhost:3000/webhooks', 'to your app'],
    ['fic-dev follow --company 12345 -e "entities.*" --as anna', 'only clients and suppliers'],
    ['fic-dev follow tls://nats.example.com --company 12345 --since 2h', 'the last two hours too'],
  ],
  run,
})

async function run(invocation: Invocation<FollowOptions>): Promise<number> {
  const { args, options, config } = invocation
  const url = addressFrom(args[0] ?? config.share)
  if (config.company === null) {
    throw new FicDevError('USAGE', 'A follower has to know the company whose notifications it takes.', {
      hint: 'Example: fic-dev follow nats://nats.example.com:4222 --company 12345',
    })
  }
  const { runDaemon } = await import('../run-daemon.ts')
  return runDaemon(invocation, {
    following: {
      url,
      company: config.company,
      name: options.as ?? null,
      since: options.since === undefined ? null : new Date(options.since),
    },
  })
}

function addressFrom(text: string | null): string {
  const address = readNatsAddress(text ?? '')
  if ('url' in address) return address.url
  const credentials =
    'Credentials stand in FIC_DEV_SHARE_TOKEN, or FIC_DEV_SHARE_USER and _PASSWORD, or --share-creds.'
  throw new FicDevError(
    'USAGE',
    address.wrong === 'credentials'
      ? 'The address of the NATS server has credentials in it.'
      : text === null
        ? 'There is no NATS server to follow.'
        : `"${text}" is not the address of a NATS server.`,
    { hint: `Example: fic-dev follow nats://nats.example.com:4222 --company 12345. ${credentials}` },
  )
}
