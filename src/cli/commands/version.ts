/** `fic-dev version`. */

import { version } from '../../installation.ts'
import { defineCommand, type Invocation } from '../command.ts'

export const versionCommand = defineCommand({
  name: 'version',
  group: 'This machine',
  summary: 'print the version',
  examples: [['fic-dev version --json', 'with the version of Node']],
  run: async ({ output }: Invocation) => {
    if (output.json) output.object({ version, node: process.version })
    else output.line(version)
  },
})
