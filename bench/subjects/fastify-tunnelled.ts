/** Reference: a bare Fastify route behind the same tunnel as the product: localtunnel's own client. */

import dns from 'node:dns'
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import localtunnel from 'localtunnel'
import { lookup } from '../../src/http/loopback.ts'

Object.assign(dns, { lookup })

const app = Fastify()
app.post('/*', async (_request, reply) => reply.code(200).send())
// The client connects to `localhost`, whichever address that is here.
await app.listen({ host: 'localhost', port: 0 })
const { port } = app.server.address() as AddressInfo
const { url } = await localtunnel({ port, host: process.argv[2] ?? '', subdomain: 'bare-fastify' })
process.send?.(url)
