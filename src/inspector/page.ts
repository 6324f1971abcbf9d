/** The page and the link that opens it. The only routes without a token: they hold no data. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsync } from 'fastify'
import type { Session } from './session.ts'

const usedLink = `<!doctype html><meta charset="utf-8"><title>fic-dev</title>
<p>This link was used already. Run <code>fic-dev open</code>, or press <kbd>o</kbd> where fic-dev runs, for a new one.</p>`

const notBuilt = `<!doctype html><meta charset="utf-8"><title>fic-dev</title>
<p>The page is not built. Run <code>npm run build</code>.</p>`

/** `pageDir` holds the built page: `index.html` and `assets/`. */
export function pageRoutes(pageDir: string, session: Session): FastifyPluginAsync {
  return async (app) => {
    // No wildcard route of its own: what is open must be named in the guard.
    await app.register(fastifyStatic, { root: pageDir, serve: false })

    app.get('/', (_request, reply) => {
      if (!existsSync(join(pageDir, 'index.html'))) return reply.type('text/html').send(notBuilt)
      return reply.sendFile('index.html', { maxAge: 0, cacheControl: false })
    })
    app.get('/favicon.svg', (_request, reply) => reply.sendFile('favicon.svg'))
    app.get('/assets/*', (request, reply) => {
      const { '*': rest } = request.params as { '*': string }
      return reply.sendFile(`assets/${rest}`, { maxAge: '365d', immutable: true })
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
