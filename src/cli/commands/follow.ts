/** `fic-dev follow [url]`: takes the notifications that another fic-dev shares, and does the rest as `start` does. */

import { Argument, Option } from 'commander'
import { readNatsAddress } from '../../share/address.ts'
import { FicDevError } from '../../errors.ts'
import { backgroundOptions, startInBackground, type BackgroundOptions } from '../background.ts'
import { defineCommand, type Invocation } from '../command.ts'
import { readFollowerName, readMoment } from '../values.ts'

export interface FollowOptions extends BackgroundOptions {
  /** The follower's name. */
  as?: string
  /** ISO time. */
  since?: string
}

export const followCommand = defineCommand<FollowOptions>({
  name: 'follow',
  group: 'Run',
  arguments: [new Argument('[url]')],
  summary: 'receive the notifications that another fic-dev shares',
  options: [
    ...backgroundOptions,
    new Option('--as <name>', 'name of this follower (default: user name and project)').argParser(
      readFollowerName,
    ),
    new Option('--since <time>', 'start at: 10m, 2h, 3d, today, 10:30, 2026-03-01 (default: now)').argParser(
      readMoment,
    ),
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
Only the fic-dev that was started with --share has a tunnel and a subscription. A follower verifies, stores, shows and
delivers the same notifications on its own machine, including those of the last 7 days that it missed. The default
address is --share in the configuration. Credentials: --share-creds, FIC_DEV_SHARE_TOKEN, or FIC_DEV_SHARE_USER and
FIC_DEV_SHARE_PASSWORD.`,
  examples: [
    [
      'fic-dev follow nats://nats.example.com --company 12345 -f localhost:3000/webhooks',
      'deliver to your app',
    ],
    ['fic-dev follow --company 12345 -e "entities.*" --as anna', 'only clients and suppliers'],
    ['fic-dev follow tls://nats.example.com --company 12345 --since 2h', 'with the last two hours'],
  ],
  run,
})

async function run(invocation: Invocation<FollowOptions>): Promise<number> {
  const { args, options, config } = invocation
  const url = addressFrom(args[0] ?? config.share)
  if (config.company === null) {
    throw new FicDevError('USAGE', 'Missing company id: --company is required.', {
      hint: 'Example: fic-dev follow nats://nats.example.com:4222 --company 12345',
    })
  }
  if (options.background) return startInBackground(invocation)
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
    'Set the credentials with FIC_DEV_SHARE_TOKEN, with FIC_DEV_SHARE_USER and _PASSWORD, or with --share-creds.'
  throw new FicDevError(
    'USAGE',
    address.wrong === 'credentials'
      ? 'The address of the NATS server has credentials in it.'
      : text === null
        ? 'Missing NATS server: pass its URL, or set --share.'
        : `"${text}" is not the address of a NATS server.`,
    { hint: `Example: fic-dev follow nats://nats.example.com:4222 --company 12345. ${credentials}` },
  )
}
