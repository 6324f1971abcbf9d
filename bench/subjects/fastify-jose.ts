/** Reference: a Fastify route that checks the signature with jose and answers; nothing is stored. */

import Fastify from 'fastify'
import { importSPKI, jwtVerify } from 'jose'

const publicKey = await importSPKI(process.argv[2] ?? '', 'ES256')
const app = Fastify()
app.post('/*', async ({ headers }, reply) => {
  const token = headers.authorization?.slice('Bearer '.length) ?? ''
  await jwtVerify(token, publicKey, { algorithms: ['ES256'], issuer: 'https://api-v2.fattureincloud.it' })
  return reply.code(200).send()
})
process.send?.(await app.listen({ host: '127.0.0.1', port: 0 }))
