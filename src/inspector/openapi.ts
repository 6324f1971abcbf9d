/** The private API described as OpenAPI 3.1: made from the routes themselves, and only when somebody asks. */

import Fastify, { type FastifyInstance, type FastifySchema, type RouteOptions } from 'fastify'

/** What each call does, in a line; a test holds that none is missing. */
const summaries: Record<string, string> = {
  'GET /api/status': 'State of sink, tunnel, subscription, targets and store',
  'GET /api/settings': 'Targets, their headers and other settings that commands beside it use',
  'GET /api/notifications': 'Notifications, newest first, by pages',
  'GET /api/notifications/:seq': 'One notification with all its deliveries',
  'GET /api/notifications/:seq/body': 'The raw bytes of the body',
  'GET /api/notifications/:seq/twins': 'Notifications with the same CloudEvents id',
  'GET /api/notifications/:seq/resources': 'The resources behind the ids, fetched from Fatture in Cloud',
  'DELETE /api/notifications': 'Remove all notifications',
  'DELETE /api/notifications/:seq': 'Remove one notification',
  'POST /api/notifications/:seq/preview': 'What a replay would send; nothing is sent',
  'POST /api/notifications/:seq/replay': 'Send it again, changed or not; answers with the delivery',
  'POST /api/trigger': 'Have the emulator send notifications',
  'GET /api/emulator/clock': "The emulator's clock",
  'POST /api/emulator/clock': "Move the emulator's clock",
  'GET /api/emulator/faults': "The emulator's faults",
  'POST /api/emulator/faults': 'Switch faults of the emulator on and off',
  'GET /api/subscriptions': 'All subscriptions at Fatture in Cloud, and whose they are',
  'GET /api/subscriptions/:id': 'One subscription',
  'POST /api/subscriptions': 'Make a subscription',
  'PUT /api/subscriptions/:id': 'Change a subscription',
  'DELETE /api/subscriptions/:id': 'Delete a subscription',
  'POST /api/subscriptions/:id/verify': 'Have Fatture in Cloud send a challenge, within the budget',
  'POST /api/subscriptions/restore': 'Give back what was taken over',
  'GET /api/types': 'Event types and group types, their scopes, and which are held',
  'GET /api/coverage': 'Event types: subscribed, seen, answered well',
  'GET /api/histogram': 'Notifications per minute, by outcome',
  'GET /api/export': 'All notifications as NDJSON or HAR',
  'GET /api/fixtures': 'The newest genuine notification of each event type, for tests (NDJSON)',
  'POST /api/import': 'Take in what export wrote as NDJSON',
  'GET /api/env': 'Public keys, audiences and API base that the app needs on this machine',
  'GET /api/keys': 'The dev key and the key that signatures are checked with',
  'POST /api/token': 'What a token says, claim by claim',
  'POST /api/doctor': 'Run the checks of the doctor and stream one finding per line (NDJSON)',
  'GET /api/targets': 'Where notifications go, and how each target is',
  'PUT /api/targets': 'Change the targets until fic-dev ends; the deliveries that wait follow',
  'POST /api/forwarding': 'Pause deliveries, or let them go on',
  'POST /api/stop':
    'End the daemon that is this process; answers when subscriptions are given back or deleted',
  'POST /api/links': 'A link that opens the inspector once',
  'DELETE /api/sessions': 'End all sessions of the page',
  'GET /api/proof':
    'Proof that the daemon holds the token or, with `session`, the key of a session; needs no token',
  'GET /api/stream': 'Websocket: what was missed since `after`, then everything as it happens',
  'GET /api/openapi.json': 'This description',
}

interface Described {
  method: string
  url: string
  schema: FastifySchema
}

/** Takes down the routes of a server as they are added, and adds one that describes them. */
export function describeRoutes(app: Pick<FastifyInstance, 'addHook' | 'get'>, version: string): void {
  const routes: Described[] = []
  app.addHook('onRoute', ({ method, url, schema }: RouteOptions) => {
    if (!url.startsWith('/api/')) return
    for (const one of [method].flat().filter((name) => name !== 'HEAD')) {
      routes.push({ method: one, url, schema: schema ?? {} })
    }
  })
  app.get('/api/openapi.json', () => toDocument(routes, version))
}

async function toDocument(routes: readonly Described[], version: string): Promise<unknown> {
  const { default: swagger } = await import('@fastify/swagger')
  // A server that never listens: the plugin wants to see routes being added.
  const paper = Fastify()
  await paper.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'fic-dev: the private API', version },
      components: { securitySchemes: { session: { type: 'http', scheme: 'bearer' } } },
      security: [{ session: [] }],
    },
  })
  await paper.register(async (scope) => {
    for (const { method, url, schema } of routes) {
      const summary = summaries[`${method} ${url}`] ?? ''
      const { hide: _hidden, ...shown } = schema as FastifySchema & { hide?: boolean }
      scope.route({ method, url, schema: { ...shown, summary } as FastifySchema, handler: () => null })
    }
  })
  await paper.ready()
  const document = paper.swagger()
  await paper.close()
  return document
}
