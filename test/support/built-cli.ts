/** Where the program under test is. */

import { fileURLToPath } from 'node:url'

/** The built program, as it is published; `CLI_UNDER_TEST` names another copy, an installed one for example. */
export const builtCli =
  process.env['CLI_UNDER_TEST'] ?? fileURLToPath(new URL('../../dist/cli.js', import.meta.url))
