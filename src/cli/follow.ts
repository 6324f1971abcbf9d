/** `fic-dev follow [url]`: takes the notifications that another fic-dev shares, and does the rest as `start` does. */

import { readNatsAddress } from '../share/address.ts'
import { FicDevError } from '../errors.ts'
import type { Invocation } from './command.ts'
import { runDaemon } from './start.ts'

export interface FollowOptions {
  /** The follower's name. */
  as?: string
  /** ISO time. */
  since?: string
}

export async function run(invocation: Invocation<FollowOptions>): Promise<number> {
  const { args, options, config } = invocation
  const url = addressFrom(args[0] ?? config.share)
  if (config.company === null) {
    throw new FicDevError('USAGE', 'A follower has to know the company whose notifications it takes.', {
      hint: 'Example: fic-dev follow nats://nats.example.com:4222 --company 12345',
    })
  }
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
