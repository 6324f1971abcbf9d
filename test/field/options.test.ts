/** An option that a command does not take: whose it is, what was meant, or what is missing. */

import { expect, test } from 'vitest'
import { createFolder, run } from '../support/process.ts'

test.for<[args: string, sentence: string | RegExp, hint?: string | RegExp]>([
  // An option of the daemon.
  [
    'list --port 1',
    /^--port belongs to "fic-dev start" .*, not to "fic-dev list"\.$/,
    /^Leave it out: "fic-dev list" finds/,
  ],
  ['list --port', /^--port belongs to "fic-dev start" /],
  ['list --port=1', /^--port belongs to "fic-dev start" /],
  ['show last -f http://localhost:3000', /^-f belongs to "fic-dev start" .*, not to "fic-dev show"\.$/],
  ['list --emulator', /^--emulator belongs to "fic-dev start" /],
  ['list --no-emulator', /^--no-emulator belongs to "fic-dev start" /],
  ['list --no-port', /^--port belongs to "fic-dev start" /],
  ['trigger products.create --take-over SUB1', /^--take-over belongs to "fic-dev start" /],
  ['list --print-config', '--print-config belongs to "fic-dev start", not to "fic-dev list".'],
  ['emulator --sink-port 3', /^--sink-port belongs to "fic-dev start" /, 'fic-dev start --help shows it.'],
  // An option of another command.
  [
    '--limit 3',
    '--limit belongs to "fic-dev list", not to "fic-dev start".',
    'fic-dev list --help shows it.',
  ],
  ['start --limit 3', '--limit belongs to "fic-dev list", not to "fic-dev start".'],
  ['-n 3', '-n belongs to "fic-dev list" (and to logs), not to "fic-dev start".'],
  ['list --ids 3', '--ids belongs to "fic-dev replay" (and to trigger), not to "fic-dev list".'],
  [
    'completion bash --with-tokens',
    '--with-tokens belongs to "fic-dev export", not to "fic-dev completion".',
  ],
  // A command typed as an option, and options before a command.
  ['--list', '--list is a command, which is written without dashes.', 'Example: fic-dev list'],
  [
    '--emulator --doctor',
    '--doctor is a command, which is written without dashes.',
    'Example: fic-dev doctor',
  ],
  ['-list', '-list is a command, which is written without dashes.'],
  ['--lst', `Unknown option '--lst'. Did you mean the command "list"?`],
  [
    '--json --data-dir x list',
    'The command list comes before the flags.',
    'Example: fic-dev list --json --data-dir ….',
  ],
  [
    '--port 4700 list',
    'The command list comes before the flags.',
    'Example: fic-dev list. It does not take --port.',
  ],
  // A slip.
  ['list --limitt 3', "Unknown option '--limitt'. Did you mean --limit?"],
  ['list --data_dir x', "Unknown option '--data_dir'. Did you mean --data-dir?"],
  ['list --colour', "Unknown option '--colour'. Did you mean --color?"],
  ['list --portt 3', /^Unknown option '--portt'\. Did you mean --port\? --port belongs to "fic-dev start" /],
  [
    'list --forwardTo x',
    /^Unknown option '--forwardTo'\. Did you mean --forward-to\? --forward-to belongs to/,
  ],
  ['list -z', "Unknown option '-z'."],
  ['list --xyzzy', "Unknown option '--xyzzy'."],
  // Forms that an option does not have.
  [
    'start --no-port',
    'There is no --no-port: --port takes a value, or is left out.',
    'Without --port: 4620, or the next free one.',
  ],
  ['list --no-limit', 'There is no --no-limit: --limit takes a value, or is left out.'],
  ['--emulator=true', '--emulator takes no value.', 'Use --emulator or --no-emulator.'],
  ['list --json=1', '--json takes no value.'],
  // A value forgotten.
  ['--port', '--port needs a value: --port <port>.', 'Example: --port 4620'],
  ['list --limit', '--limit needs a value: --limit <n>.'],
  ['list -q --json', '--q needs a value, and --json is another flag: --q <filter>.'],
  ['list -n --json', '--limit needs a value, and --json is another flag: --limit <n>.'],
  ['list --data-dir --json', '--data-dir needs a value, and --json is another flag: --data-dir <path>.'],
  ['--port --sink-port 3', '--port needs a value, and --sink-port is another flag: --port <port>.'],
  ['-f --emulator', '--forward-to needs a value, and --emulator is another flag: --forward-to <url>.'],
  ['--config --emulator', '--config needs a value, and --emulator is another flag: --config <file>.'],
])('fic-dev %s', async ([args, sentence, hint]) => {
  const { exitCode, stderr } = await run(args.split(' '), { cwd: createFolder() })
  const [message = '', does = ''] = stderr.split('\n')

  expect(exitCode).toBe(2)
  expect(stderr).toContain('FIC_DEV_E_USAGE')
  expect(message.replace('error: ', '')).toMatch(whole(sentence))
  expect(does.trim()).toMatch(whole(hint ?? /\S/))
})

/** The pattern of a whole text. */
function whole(wanted: string | RegExp): RegExp {
  return wanted instanceof RegExp
    ? wanted
    : new RegExp(`^${wanted.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}$`)
}

test('a value that begins with a dash and is no flag is a value', async () => {
  const { exitCode } = await run(['list', '-q', '-type:products'], { cwd: createFolder() })

  expect(exitCode).toBe(0)
})
