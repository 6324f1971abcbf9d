/** Where this copy of fic-dev lies, and which one it is. */

import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const root = dirname(here)
const runsFromSource = basename(here) === 'src'

/** As in package.json. */
export const version: string = (
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
).version

/** The built inspector page. */
export const pageDir: string = join(runsFromSource ? join(root, 'dist') : here, 'page')
