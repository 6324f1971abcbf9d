/** Examples for the help of commands. */

type Examples = readonly (readonly [command: string, does: string])[]

/** As they stand at the end of a command's help. */
export function examplesText(examples: Examples): string {
  const width = Math.max(...examples.map(([command]) => command.length))
  return ['', 'Examples:', ...examples.map(([command, does]) => `  ${command.padEnd(width)}   ${does}`)].join(
    '\n',
  )
}

/** At the end of the first help. */
export const firstExamples = `
Examples:
  fic-dev --emulator -f http://localhost:3000/webhooks   everything on this machine, without an account
  fic-dev trigger issued_documents.invoices.create       have the emulator send a notification
  fic-dev --company 12345 -f localhost:3000/webhooks     the real thing; the token comes from FIC_ACCESS_TOKEN
  fic-dev list --signature invalid --json                one JSON object per line, for scripts
  fic-dev replay last --sign dev                         once more, signed with this project's own key
`

/** What to try after a slip in the use of a command. */
export function usageHint(name: string): string {
  const example = examplesOf[name]?.[0]?.[0]
  return `${example === undefined ? '' : `Example: ${example}. `}fic-dev ${name} --help shows its flags.`
}

/** Of the commands whose help needs no more than that, by name. */
export const examplesOf: Readonly<Record<string, Examples>> = {
  trigger: [
    ['fic-dev trigger issued_documents.invoices.create', 'one notification'],
    ['fic-dev trigger entities.all.update --ids 11,12', 'a group type is every type in it'],
    ['fic-dev trigger products.create --count 50', 'fifty of them'],
    ['fic-dev trigger taxes.delete --to http://127.0.0.1:4622', 'by an emulator that runs alone'],
  ],
  replay: [
    ['fic-dev replay last', 'as it was captured'],
    ['fic-dev replay 12-15 20', 'these, in this order'],
    ['fic-dev replay last --sign dev', 'signed again, when its three hours are over'],
    ['fic-dev replay 12 --ids 7 --mapping structured', 'changed'],
    ['fic-dev replay 12 --body @body.json --to localhost:4000/x', 'another body, another address'],
  ],
  emulator: [
    ['fic-dev emulator', 'its address on stdout, how to use it on stderr'],
    ['fic-dev emulator --port 4622 --state emulator.json', 'remembers subscriptions and key'],
  ],
  list: [
    ['fic-dev list -n 50', 'the newest fifty'],
    ['fic-dev list --type "entities.*" --since 2h', 'what came about clients and suppliers'],
    ['fic-dev list type:invoices.create target:5xx since:1h', 'the filter of the inspector, word by word'],
    ['fic-dev list --delivery dropped --json', 'for scripts'],
  ],
  show: [
    ['fic-dev show last', 'headers, body, claims, deliveries'],
    ['fic-dev show 12 --body > body.json', 'the raw body'],
  ],
  types: [
    ['fic-dev types invoices', 'those with this text in their name'],
    ['fic-dev types --json', 'all of them, for scripts'],
  ],
  keys: [
    ['fic-dev keys', 'as PEM, and as Fatture in Cloud publishes its own'],
    ['fic-dev keys --json', 'for scripts'],
  ],
  env: [
    ['fic-dev env --write .env.local', 'for apps that read such a file'],
    ['fic-dev env --emulator', 'for the emulator, before the first start, too'],
    ['fic-dev env --json', 'for scripts'],
  ],
  open: [
    ['fic-dev open', 'a fresh link, opened in the browser'],
    ['fic-dev open --no-open', 'just the link'],
    ['fic-dev open --revoke', 'sign out all browsers'],
  ],
  export: [
    ['fic-dev export -o all.ndjson', 'all of it, for import'],
    ['fic-dev export --format har -o all.har', "for other tools; a browser's network panel reads it"],
    ['fic-dev export --fixtures --dir test/fixtures', 'for tests: a JSON file for each event type'],
    ['fic-dev export --fixtures -o fixtures.ndjson', 'the same as one file, for import'],
  ],
  import: [
    ['fic-dev import all.ndjson', 'what is there already is skipped'],
    ['zcat all.ndjson.gz | fic-dev import -', 'from stdin'],
  ],
  clear: [
    ['fic-dev clear 12-15', 'these'],
    ['fic-dev clear --yes', 'all of them, without a question'],
  ],
}
