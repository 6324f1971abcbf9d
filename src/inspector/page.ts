/** The page and the link that opens it. The only routes without a token: they hold no data. */

import type { FastifyPluginAsync } from 'fastify'
import { createPageFiles } from './page-files.ts'
import type { Session } from './session.ts'

const usedLink = `<!doctype html><meta charset="utf-8"><title>fic-dev</title>
<p>This link was used already. Run <code>fic-dev open</code>, or press <kbd>o</kbd> where fic-dev runs, for a new one.</p>`

const notBuilt = `<!doctype html><meta charset="utf-8"><title>fic-dev</title>
<p>The page is not built. Run <code>npm run build</code>.</p>`

/** `pageDir` holds the built page: `index.html` and `assets/`. */
export function pageRoutes(pageDir: string, session: Session): FastifyPluginAsync {
  return async (app) => {
    const files = createPageFiles(pageDir)

    app.get('/', async (_request, reply) => reply.type('text/html').send((await files.index()) ?? notBuilt))
    app.get('/assets/*', async (request, reply) => {
      const file = await files.asset((request.params as { '*': string })['*'])
      if (file === null) return reply.callNotFound()
      return reply
        .header('cache-control', 'public, max-age=31536000, immutable')
        .type(file.type)
        .send(file.body)
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
