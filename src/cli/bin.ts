#!/usr/bin/env node
/**
 * What `fic-dev` runs. A Node that is too old fails while it loads the rest, so this file looks first; its syntax and
 * imports are those that such a Node knows.
 */

import { readFileSync } from 'node:fs'
import * as nodeModule from 'node:module'

/** As `engines` in package.json. */
const least: [major: number, minor: number] = [20, 19]

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major > least[0] || (major === least[0] && minor >= least[1])) {
  // Node 22 and newer keep the compiled code for the next start if this comes before the rest is loaded.
  const { enableCompileCache } = nodeModule as { enableCompileCache?: () => unknown }
  if (enableCompileCache) enableCompileCache()
  void import('./main.ts')
} else if (/^(?:--version|-V|-v|version)$/.test(process.argv[2] ?? '')) {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  process.stdout.write(`${version}\n`)
} else {
  process.stderr.write(
    `fic-dev needs Node ${least.join('.')} or newer; this is Node ${process.versions.node}.\n`,
  )
  process.exitCode = 2
}
