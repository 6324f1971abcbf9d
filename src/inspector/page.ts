/** The page and the link that opens it. The only routes without a token: they hold no data. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { SendOptions } from '@fastify/send'
import type { Session } from './session.ts'

const usedLink = `<!doctype html><meta charset="utf-8"><title>fic-dev</title>
<p>This link was used already. Run <code>fic-dev open</code>, or press <kbd>o</kbd> where fic-dev runs, for a new one.</p>`

const notBuilt = `<!doctype html><meta charset="utf-8"><title>fic-dev</title>
<p>The page is not built. Run <code>npm run build</code>.</p>`

/** `pageDir` holds the built page: `index.html` and `assets/`. */
export function pageRoutes(pageDir: string, session: Session): FastifyPluginAsync {
  return async (app) => {
    const sendFile = async (
      request: FastifyRequest,
      reply: FastifyReply,
      path: string,
      options: SendOptions,
    ) => {
      // Needed for the first time when a browser comes, which is after the start.
      // A CommonJS package: in the bundle it has its default export only.
      const { default: send } = await import('@fastify/send')
      const { type, statusCode, headers, stream } = await send(request.raw, path, {
        root: pageDir,
        index: false,
        ...options,
      })
      if (type !== 'file' && statusCode >= 400) return reply.callNotFound()
      return reply.code(statusCode).headers(headers).send(stream)
    }

    app.get('/', (request, reply) => {
      if (!existsSync(join(pageDir, 'index.html'))) return reply.type('text/html').send(notBuilt)
      return sendFile(request, reply, '/index.html', { cacheControl: false })
    })
    app.get('/favicon.svg', (request, reply) => sendFile(request, reply, '/favicon.svg', {}))
    app.get('/assets/*', (request, reply) => {
      const { '*': rest } = request.params as { '*': string }
      return sendFile(request, reply, `/assets/${rest}`, { maxAge: '365d', immutable: true })
    })

    app.get('/open/:link', (request, reply) => {
      const cookie = session.redeem((request.params as { link: string }).link)
      if (cookie === null && session.proofOf(request.headers) === 'none') {
        return reply.code(410).type('text/html').send(usedLink)
      }
      if (cookie !== null) reply.header('set-cookie', cookie)
      // The token leaves the address bar, and so history and Referer, at once.
      return reply.redirect('/', 303)
    })
  }
}
