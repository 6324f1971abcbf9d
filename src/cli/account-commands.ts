/** The commands about Fatture in Cloud's side, its subscriptions and its tokens, with their flags and examples. */

import type { Add } from './command.ts'
import { addSettings, commonSettings } from './flags.ts'

export function addAccountCommands(add: Add): void {
  addSubscriptions(add)
  addToken(add)
}

function addSubscriptions(add: Add): void {
  const subscriptions = add(
    'subscriptions [action] [id]',
    'list, show, create, update, verify, delete, restore subscriptions',
    () => import('./subscriptions.ts'),
  ).option(
    '--sink <url>',
    'with create and update: the receiver; create without it is for the running fic-dev',
  )
  addSettings(subscriptions, [
    ...commonSettings,
    'types',
    'mapping',
    'verificationMethod',
    'company',
    'apiBase',
    'yes',
  ])
  subscriptions.addHelpText(
    'after',
    `
Actions:
  list                what Fatture in Cloud holds for this app and company; what happens without an action
  show [id]           one of them with the verifications that were asked for
  create              make one for --sink, or have the running fic-dev make its own
  update [id]         change --types, --mapping or --sink
  verify [id]         ask for a verification: 5 in all, one in 10 minutes, and only when our sink can be reached
  delete <id>         delete it
  restore             give what was taken over its old sink again, after a crash too

Without an id the one of this project is meant. What is not of this project is changed only when it is named and you
say yes (or --yes). They work without a running fic-dev too, with FIC_ACCESS_TOKEN and --company.

Examples:
  fic-dev subscriptions
  fic-dev subscriptions verify
  fic-dev subscriptions update SUB230 --types entities.all.create,products.update
  fic-dev subscriptions restore --company 12345
`,
  )
}

function addToken(add: Add): void {
  const token = add(
    'token [jwt]',
    'explain a token claim by claim; - reads it from stdin',
    () => import('./token.ts'),
  ).option('--notification <n>', 'the token of this notification, or compare with it; "last" is the newest')
  addSettings(token, [...commonSettings, 'publicKey'])
  token.addHelpText(
    'after',
    `
It makes the check that the sink makes: signature, algorithm, and each claim with what was expected. A token of a
notification is judged as of its arrival. Exit code 1 when it is not valid.

Examples:
  fic-dev token --notification last
  echo "$JWT" | fic-dev token -
  fic-dev token "$JWT" --notification 12
`,
  )
}
