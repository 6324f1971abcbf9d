/** The private API described as OpenAPI 3.1: made from the routes themselves, and only when somebody asks. */

import Fastify, { type FastifyInstance, type FastifySchema, type RouteOptions } from 'fastify'

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
  app.get('/api/openapi.json', { schema: { summary: 'This description' } }, () => toDocument(routes, version))
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
      const { hide: _hidden, ...shown } = schema as FastifySchema & { hide?: boolean }
      scope.route({ method, url, schema: shown, handler: () => null })
    }
  })
  await paper.ready()
  const document = paper.swagger()
  await paper.close()
  return document
}
