#!/usr/bin/env node
/** What `fic-dev` runs: Node 22 and newer keep the compiled code for the next start if they are told so before it is loaded. */

import * as nodeModule from 'node:module'

const { enableCompileCache } = nodeModule as { enableCompileCache?: () => unknown }
enableCompileCache?.()
await import('./main.ts')
