/** Peer: mockttp, which forwards every request and records it. */

import { getLocal } from 'mockttp'

const target = process.argv[2] ?? ''
const server = getLocal({ recordTraffic: true })
await server.start()
await server.forAnyRequest().thenForwardTo(new URL(target).origin)
process.send?.(`http://127.0.0.1:${server.port}/webhooks`)
