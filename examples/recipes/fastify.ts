/** Fatture in Cloud webhooks in a Fastify app. */

import fastify from 'fastify'
import { createFicReceiver, type FicEvent } from './fic-webhook.ts'

export const app = fastify({ bodyLimit: 1024 * 1024 })
const receive = createFicReceiver()

// A structured notification may have this content type; Fastify parses application/json only.
app.addContentTypeParser(
  'application/cloudevents+json',
  { parseAs: 'string' },
  app.getDefaultJsonParser('error', 'error'),
)

app.route({
  method: ['GET', 'POST'],
  url: '/webhooks',
  async handler(request, reply) {
    const { status, json, event } = await receive(request)
    if (event) reply.raw.once('finish', () => work(event))
    return reply.code(status).send(json)
  },
})

/** Your code: put the event into a queue that survives a restart, and fetch each id from the API there. */
function work(event: FicEvent): void {
  app.log.info(event)
}
