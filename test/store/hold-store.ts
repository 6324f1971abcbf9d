/** A process of its own that opens the store of a data dir and holds it until it is killed. */

import { silentLog } from '../../src/log.ts'
import { openStore } from '../../src/store/store.ts'

openStore({ dataDir: process.argv[2] ?? '', log: silentLog() })
process.stdout.write('held\n')
setInterval(() => {}, 60_000)
