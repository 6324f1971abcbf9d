/** Reference: a Fastify route that answers, and does nothing else. */

import Fastify from 'fastify'

const app = Fastify()
app.post('/*', async (_request, reply) => reply.code(200).send())
process.send?.(await app.listen({ host: '127.0.0.1', port: 0 }))
