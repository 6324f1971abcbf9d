/** `fic-dev init`: asks what a project needs, and writes it down. */

import { Option } from 'commander'
import { settingKeys, settings } from '../../config/settings.ts'
import { defineCommand, type Invocation } from '../command.ts'
import { commonSettings } from '../flags.ts'
import type { InitOptions } from '../set-up.ts'

export const initCommand = defineCommand<InitOptions>({
  name: 'init',
  group: 'Run',
  summary: 'set up this project and write fic-dev.config.ts',
  options: [
    new Option('--force', 'write a new config file where there is one, and keep the old one beside it'),
    new Option('--save-token', 'with --yes: keep FIC_ACCESS_TOKEN of the environment in .env'),
  ],
  // It saves what it is given, so it has every flag that can be a line of the config file.
  settings: settingKeys.filter(
    (key) => key === 'yes' || (settings[key].example.file !== null && !commonSettings.includes(key)),
  ),
  details: `
It asks what no flag answers; in a project that is set up, the present values are the defaults. Esc or Ctrl-C leaves
every file as it was, with exit code 130. Every value that a flag or an answer gives is saved in fic-dev.config.ts. With
a token in FIC_ACCESS_TOKEN, or typed in, it lists the companies that the token sees, and the tunnels that are
installed. It adds .fic-dev/ to .gitignore. The token is saved only in .env, and only after a yes or with --save-token.`,
  examples: [
    ['fic-dev init', 'asks'],
    ['fic-dev init --yes --emulator -f localhost:3000/webhooks', 'asks nothing'],
    ['fic-dev init --yes --company 12345 --tunnel cloudflared', 'with a real account'],
  ],
  run,
})

async function run(invocation: Invocation<InitOptions>): Promise<number> {
  const { init } = await import('../set-up.ts')
  return init(invocation)
}
