/** The emulator's HTTP server: the API of Fatture in Cloud and the emulator's own controls, on loopback. */

import { setTimeout as wait } from 'node:timers/promises'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { FicDevError, messageOf } from '../errors.ts'
import { isOwnHost } from '../http/loopback.ts'
import type { Logger } from '../log.ts'
import { noSchemas } from '../no-schemas.ts'
import { ApiFailure, notFound } from './api-failure.ts'
import { addControlRoutes, type Controls } from './control-routes.ts'
import { takeApiFault, type FaultSwitch } from './faults.ts'
import type { Quota } from './quota.ts'
import { addResourceRoutes } from './resources/routes.ts'
import type { StateKeeper } from './state.ts'
import { addSubscriptionRoutes } from './subscriptions/routes.ts'
import type { Subscriptions } from './subscriptions/subscriptions.ts'
import { readGrant } from './tokens.ts'
import { addUserRoutes } from './user-routes.ts'

export interface ServerParts {
  subscriptions: Subscriptions
  keeper: StateKeeper
  faults: FaultSwitch
  quota: Quota
  controls: Controls
  log: Logger
}

export function createServer(parts: ServerParts): FastifyInstance {
  const app = fastify({ forceCloseConnections: true, schemaController: noSchemas })
  readBodiesLeniently(app)
  app.setErrorHandler((error, _request, reply) => answerError(error, reply, parts.log))
  app.setNotFoundHandler((_request, reply) => answerError(notFound('Resource'), reply, parts.log))
  app.addHook('onRequest', refuseBrowsersFromElsewhere)
  void app.register(async (control) => addControlRoutes(control, parts.controls))
  void app.register(async (api) => {
    api.addHook('onRequest', (_request, reply) => applyApiFault(parts.faults, reply))
    api.addHook('onRequest', async (request, reply) => {
      readGrant(request.headers.authorization)
      const company = readCompany(request)
      if (company !== null) void reply.headers(parts.quota.take(company))
    })
    addSubscriptionRoutes(api, parts.subscriptions)
    addResourceRoutes(api, parts.keeper.state)
    addUserRoutes(api, parts.keeper.state)
  })
  return app
}

/** Fatture in Cloud reads a body that it cannot parse as an empty one, and then misses its fields. */
function readBodiesLeniently(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, JSON.parse(body as string))
    } catch {
      done(null, undefined)
    }
  })
}

/** A page in the developer's browser must not drive the emulator: neither across sites nor by DNS rebinding. */
async function refuseBrowsersFromElsewhere(request: FastifyRequest): Promise<void> {
  const { origin, host = '' } = request.headers
  const originHost = origin === undefined ? host : (/^https?:\/\/(.*)$/i.exec(origin)?.[1] ?? '')
  if (isOwnHost(host) && isOwnHost(originHost)) return
  throw new ApiFailure(403, 'The emulator answers on loopback addresses only.')
}

async function applyApiFault(faults: FaultSwitch, reply: FastifyReply): Promise<void> {
  const fault = takeApiFault(faults)
  if (fault === null) return
  await wait(fault.delayMs ?? 0, undefined, { ref: false })
  if (fault.status === undefined) return
  if (fault.status === 0) {
    reply.hijack()
    reply.raw.destroy()
    return
  }
  throw new ApiFailure(fault.status, 'A fault of the emulator.', {
    ...(fault.body === undefined ? {} : { body: fault.body }),
    ...(fault.headers === undefined ? {} : { headers: fault.headers }),
  })
}

/** `null` outside of `/c/{company}`. */
function readCompany(request: FastifyRequest): number | null {
  const { company } = request.params as { company?: string }
  if (company === undefined) return null
  if (!/^[1-9]\d{0,15}$/.test(company)) throw notFound('Company')
  return Number(company)
}

function answerError(error: unknown, reply: FastifyReply, log: Logger): void {
  if (error instanceof ApiFailure) {
    const html = typeof error.body === 'string' && error.body.trimStart().startsWith('<')
    void reply.code(error.status).header('content-type', html ? 'text/html' : 'application/json')
    void reply.headers(error.headers).send(error.body)
    return
  }
  if (error instanceof FicDevError) {
    void reply.code(422).send({ error: error.toJSON() })
    return
  }
  const { statusCode = 500 } = error as { statusCode?: number }
  if (statusCode >= 500) log.error({ err: error }, 'emulator request failed')
  void reply.code(statusCode).send({ error: { message: messageOf(error) } })
}
