/** The command for those who share the notifications of another fic-dev, with its flags and examples. */

import type { SettingKey } from '../config/settings.ts'
import type { Add } from './command.ts'
import { examplesText } from './examples.ts'
import { addSettings, commonSettings } from './flags.ts'
import { readFollowerName, readMoment } from './values.ts'

/** Those of `start` that have nothing to do with Fatture in Cloud's side. */
const followSettings: readonly SettingKey[] = [
  ...commonSettings,
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
]

export function addShareCommands(add: Add): void {
  const follow = add(
    'follow [url]',
    'take the notifications that another fic-dev shares with --share',
    () => import('./follow.ts'),
  )
    .option('--as <name>', 'your name among the followers (default: user name and project)', readFollowerName)
    .option(
      '--since <time>',
      'from then on: 10m, 2h, 3d, today, 10:30, 2026-03-01 (default: from now)',
      readMoment,
    )
  addSettings(follow, followSettings)
  follow.addHelpText(
    'after',
    `
No tunnel, no subscription: the fic-dev that was started with --share has them. What comes is checked again, kept,
shown and delivered here, and what came while you were away (up to 7 days) comes when you are back. Without an address
it is the one of --share in the configuration. Credentials: --share-creds, FIC_DEV_SHARE_TOKEN, or FIC_DEV_SHARE_USER
and FIC_DEV_SHARE_PASSWORD.
${examplesText([
  ['fic-dev follow nats://nats.example.com --company 12345 -f localhost:3000/webhooks', 'to your app'],
  ['fic-dev follow --company 12345 -e "entities.*" --as anna', 'only clients and suppliers'],
  ['fic-dev follow tls://nats.example.com --company 12345 --since 2h', 'the last two hours too'],
])}`,
  )
}
