/** The commands that set a project up and look whether all is well, with their flags and examples. */

import { settingKeys } from '../config/settings.ts'
import type { Add } from './command.ts'
import { examplesText } from './examples.ts'
import { addSettings, commonSettings } from './flags.ts'
import { readLimit, readSeconds, readWords } from './values.ts'

export function addSetupCommands(add: Add): void {
  addInit(add)
  addCheck(add)
  addDoctor(add)
}

function addInit(add: Add): void {
  const init = add(
    'init',
    'ask what this project needs, and write fic-dev.config.ts',
    () => import('./init.ts'),
  )
    .option('--force', 'write a new config file where there is one, and keep the old one beside it')
    .option('--save-token', 'with --yes: keep FIC_ACCESS_TOKEN of the environment in .env')
  const asked = ['company', 'forwardTo', 'types', 'tunnel', 'emulator', 'apiBase', 'yes'] as const
  addSettings(init, [...commonSettings, ...asked])
  init.addHelpText(
    'after',
    `
With a token in FIC_ACCESS_TOKEN, or typed in, it lists the companies that the token sees. It adds .fic-dev/ to
.gitignore. The token is written nowhere but, when you say so, to .env.
${examplesText([
  ['fic-dev init', 'asks'],
  ['fic-dev init --yes --emulator -f localhost:3000/webhooks', 'asks nothing'],
  ['fic-dev init --yes --company 12345 --tunnel cloudflared', 'with a real account'],
])}`,
  )
}

function addCheck(add: Add): void {
  const check = add('check [url]', 'check whether your own receiver is right', () => import('./check.ts'))
    .option('--timeout <seconds>', 'how long an answer may take; 0 for no limit (default: 5)', readLimit)
    .option('--wait <seconds>', 'how long your app may take to start (default: 5)', readSeconds)
    .option('--audience <url>', 'what your app expects in aud (default: the URL that is checked)')
    .option('--only <cases>', 'only these cases, separated by commas', readWords)
    .option('--skip <cases>', 'all cases but these, separated by commas', readWords)
    .option('--junit <file>', 'write the results as JUnit XML too')
  addSettings(check, [...commonSettings, 'company', 'headers', 'insecure', 'yes'])
  check.addHelpText(
    'after',
    `
It sends what Fatture in Cloud sends and what an attacker would, signed with this project's dev key and with others,
and says what each answer would cost. Your app has to know the dev key and the audience: "fic-dev env" prints both, as
variables of its environment. The ids are made up. Exit code 1 when something is wrong.
${examplesText([
  ['fic-dev check', 'the configured targets'],
  ['fic-dev check localhost:3000/webhooks', 'this route'],
  ['fic-dev check --skip structured', 'your subscription is binary'],
  ['fic-dev check --only forged,expired', 'just these'],
  ['fic-dev check --wait 30 --junit check.xml', 'in CI, while your app starts'],
])}`,
  )
}

function addDoctor(add: Add): void {
  const doctor = add(
    'doctor',
    'look at everything that fic-dev stands on, and say what to do',
    () => import('./doctor.ts'),
  )
  // The same flags as `start`, so that it can be asked about just that start.
  addSettings(doctor, settingKeys)
  doctor.addHelpText(
    'after',
    `
It looks at Node, the configuration and where each value comes from, the data dir and the disk, the key, the clock, the
token with its companies and scopes, the running daemon with its tunnel, subscription and budget, and sends your app a
challenge and a notification signed with the dev key. Exit code 1 when something does not work.
${examplesText([
  ['fic-dev doctor', 'in the folder where fic-dev runs'],
  ['fic-dev doctor --json', 'one object per finding'],
  ['fic-dev doctor -f localhost:3000/webhooks', 'with the flags that you start it with'],
])}`,
  )
}
