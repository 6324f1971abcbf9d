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
    new Option('--force', 'replace an existing config file, and keep a backup beside it'),
    new Option('--save-token', 'with --yes: keep FIC_ACCESS_TOKEN of the environment in .env'),
  ],
  // Flags are saved, so every setting that the config file can hold is a flag.
  settings: settingKeys.filter(
    (key) => key === 'yes' || (settings[key].example.file !== null && !commonSettings.includes(key)),
  ),
  details: `
init asks for every setting that is not set by a flag. In a configured project, the current values are the defaults. Every value from a
flag or an answer is saved in fic-dev.config.ts. A token (from FIC_ACCESS_TOKEN, or typed in) lists the companies of the
account. Tunnels are listed if they are installed. The token is saved only in .env, after a yes or with --save-token;
.gitignore gets .fic-dev/ and .env. Esc and Ctrl-C leave every file unchanged and exit with code 130. Without a terminal,
answer with flags, or with --yes for the defaults.`,
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
