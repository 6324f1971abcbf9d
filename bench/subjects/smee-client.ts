/** Peer: smee-client, which forwards what comes to a channel. */

import { SmeeClient } from 'smee-client'

const [source = '', target = ''] = process.argv.slice(2)
const silent = { info() {}, error() {} }
await new SmeeClient({ source, target, logger: silent }).start()
process.send?.('connected')
