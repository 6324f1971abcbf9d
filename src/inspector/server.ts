/** The private HTTP server: guard, API, stream and page. Only loopback reaches it, and never without the session token. */

import fastifyWebsocket from '@fastify/websocket'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import { FicDevError, messageOf, type PrintedErrorCode } from '../errors.ts'
import { noSchemas } from '../no-schemas.ts'
import { createGuard } from './guard.ts'
import { buildLazyValidator } from './lazy-validation.ts'
import { describeRoutes } from './openapi.ts'
import { pageRoutes } from './page.ts'
import type { InspectorParts } from './parts.ts'
import { doctorRoutes } from './routes/doctor.ts'
import { emulatorRoutes } from './routes/emulator.ts'
import { boardRoutes } from './routes/board.ts'
import { fixtureRoutes } from './routes/fixtures.ts'
import { notificationRoutes } from './routes/notifications.ts'
import { resourceRoutes } from './routes/resources.ts'
import { serviceRoutes } from './routes/service.ts'
import { subscriptionRoutes } from './routes/subscriptions.ts'
import { streamRoutes } from './routes/stream.ts'
import { tokenRoutes } from './routes/token.ts'
import { transferRoutes } from './routes/transfer.ts'
import { createSession, type Session } from './session.ts'
import { createStream, type Stream } from './stream.ts'

export interface Inspector {
  app: FastifyInstance
  session: Session
  stream: Stream
}

/** Builds the server; the caller lets it listen. */
export async function createInspector(parts: InspectorParts): Promise<Inspector> {
  const port = () => Number(new URL(parts.url()).port)
  const session = createSession({
    token: parts.sessionToken,
    url: parts.url,
    sessions: parts.sessions,
    now: parts.now,
    onWriteFailure: (error) =>
      parts.log.warn({ reason: messageOf(error) }, 'the session was not saved; it ends with this process'),
  })
  const stream = createStream({
    hello: () => ({
      type: 'hello',
      version: parts.version,
      lastSeq: parts.store.lastSeq(),
      status: parts.status(),
    }),
    seqsAfter: parts.store.seqsAfter,
    listed: parts.store.listed,
    lastSeq: parts.store.lastSeq,
  })

  const guard = createGuard({ session, port })
  const app = Fastify({
    logger: false,
    forceCloseConnections: true,
    // Cookies know no ports: what another server of this machine sets comes here, too, and must not fill the headers.
    http: { maxHeaderSize: maxHeaderBytes },
    schemaController: {
      // No answer has a schema.
      compilersFactory: { ...noSchemas.compilersFactory, buildValidator: buildLazyValidator },
    },
    ajv: {
      customOptions: {
        // Otherwise it complains on stderr about an id that is a number or a string.
        allowUnionTypes: true,
        // Checking our own schemas against the schema of schemas takes about 30 ms of each start.
        validateSchema: false,
      },
    },
    frameworkErrors: (thrown, request, reply) =>
      void answerUnreadable(thrown, request as FastifyRequest, reply as FastifyReply),
  }).withTypeProvider<TypeBoxTypeProvider>()

  /** A path that cannot be read meets no hook, so the guard is asked here. */
  async function answerUnreadable(thrown: FastifyError, request: FastifyRequest, reply: FastifyReply) {
    const { status, body } = toApiError(thrown)
    void reply.headers(securityHeaders)
    await guard(request, reply)
    if (!reply.sent) await reply.code(status).send(body)
    if (request.headers.upgrade !== undefined) request.raw.socket.destroy()
  }

  // Before the plugin's own, which closes the readers without saying why.
  app.addHook('preClose', async () => stream.close())
  // Before the guard, so that it closes the connection of an upgrade that the guard refuses.
  await app.register(fastifyWebsocket, { options: { maxPayload: 4 * 1024 } })
  app.addHook('onRequest', async (_request, reply) => void reply.headers(securityHeaders))
  app.addHook('onRequest', guard)
  app.setErrorHandler<FastifyError>((thrown, _request, reply) => {
    const { status, body } = toApiError(thrown)
    if (status >= 500) parts.log.error({ reason: messageOf(thrown), stack: thrown.stack }, 'request failed')
    return reply.code(status).send(body)
  })
  app.setNotFoundHandler((request, reply) => {
    const message = `There is no ${request.method} ${request.url.split('?', 1)[0]}.`
    return reply.code(404).send({ error: new FicDevError('NOT_FOUND', message).toJSON() })
  })
  acceptEmptyJson(app)

  describeRoutes(app as unknown as FastifyInstance, parts.version)
  await app.register(notificationRoutes(parts))
  await app.register(boardRoutes(parts))
  await app.register(doctorRoutes(parts))
  await app.register(emulatorRoutes(parts))
  await app.register(fixtureRoutes(parts))
  await app.register(serviceRoutes(parts, session, stream))
  await app.register(subscriptionRoutes(parts))
  await app.register(resourceRoutes(parts))
  await app.register(tokenRoutes(parts))
  await app.register(transferRoutes(parts))
  await app.register(pageRoutes(parts.pageDir, session))
  await app.register(streamRoutes(session, stream))
  return { app: app as unknown as FastifyInstance, session, stream }
}

/** More than all cookies that a browser keeps for one host (180 of 4 KiB). */
const maxHeaderBytes = 1024 * 1024

const securityHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
}

/** A body that is left out, or is JSON by its type and empty, changes nothing: it is no mistake. */
function acceptEmptyJson(
  app: Pick<FastifyInstance, 'addContentTypeParser' | 'removeContentTypeParser' | 'addHook'>,
): void {
  app.addHook('preValidation', async (request) => {
    request.body ??= {}
  })
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? {} : JSON.parse(String(body)))
    } catch (thrown) {
      done(new FicDevError('BAD_REQUEST', `The body is not JSON: ${messageOf(thrown)}.`))
    }
  })
}

const statusOfCode: Partial<Record<PrintedErrorCode, number>> = {
  FIC_DEV_E_NOT_FOUND: 404,
  FIC_DEV_E_BAD_REQUEST: 400,
  FIC_DEV_E_CONFIG_INVALID: 400,
  FIC_DEV_E_FORBIDDEN: 403,
  FIC_DEV_E_IMPORT_INVALID: 400,
  FIC_DEV_E_REPLAY_TARGET: 422,
  FIC_DEV_E_REPLAY_UNSIGNABLE: 422,
  FIC_DEV_E_NO_EMULATOR: 409,
  FIC_DEV_E_TRIGGER_FAILED: 409,
  FIC_DEV_E_TOKEN_MISSING: 409,
  FIC_DEV_E_NO_DAEMON: 409,
  FIC_DEV_E_SUBSCRIPTION_BUDGET: 409,
  FIC_DEV_E_NOT_OURS: 409,
}

function toApiError(thrown: FastifyError | FicDevError) {
  if (thrown instanceof FicDevError) {
    return { status: statusOfCode[thrown.code] ?? 502, body: { error: thrown.toJSON() } }
  }
  const status = thrown.statusCode ?? 500
  const error =
    status < 500
      ? new FicDevError('BAD_REQUEST', thrown.message)
      : new FicDevError('INTERNAL', 'fic-dev failed to answer; its log says more.')
  return { status, body: { error: error.toJSON() } }
}
