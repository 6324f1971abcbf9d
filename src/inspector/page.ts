/** The page, the link that opens it, and the daemon's proof. The only routes without a credential: they hold no data. */

import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { ProofAnswer } from '../contract/api.ts'
import { unauthorized } from './guard.ts'
import { createPageFiles } from './page-files.ts'
import type { Session } from './session.ts'

const head = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>fic-dev</title></head>'

const usedLink = `${head}
<p>This link was used already. Run <code>fic-dev open</code>, or press <kbd>o</kbd> where fic-dev runs, for a new one.</p>
<p>If this browser is signed in, <a href="/">the inspector</a> opens without one.</p>`

const unusableLink = `${head}
<p>This link opens the inspector in the address bar of a browser only. It was not used up.</p>`

const notBuilt = `${head}
<p>The page is not built. Run <code>npm run build</code>.</p>`

/** `pageDir` holds the built page: `index.html` and `assets/`. */
export function pageRoutes(pageDir: string, session: Session): FastifyPluginAsync {
  return async (app) => {
    const files = createPageFiles(pageDir)
    const shell = async () => (await files.index())?.toString() ?? notBuilt

    app.get('/', async (request, reply) => {
      if (!isPageHost(request)) return toPageHost(request, reply, '/')
      return reply.type('text/html').send(await shell())
    })
    app.get('/assets/*', async (request, reply) => {
      const file = await files.asset((request.params as { '*': string })['*'])
      if (file === null) return reply.callNotFound()
      return reply
        .header('cache-control', 'public, max-age=31536000, immutable')
        .type(file.type)
        .send(file.body)
    })

    app.get('/open/:link', async (request, reply) => {
      if (!isNavigation(request)) return reply.code(403).type('text/html').send(unusableLink)
      if (!session.useLink((request.params as { link: string }).link)) {
        return reply.code(410).type('text/html').send(usedLink)
      }
      if (!isPageHost(request)) return toPageHost(request, reply, session.createLink())
      // The page's first script takes the session out of the document, and the link out of the address bar.
      const signIn = `<meta name="fic-dev-session" content="${session.signIn(`http://${request.headers.host}`)}">`
      return reply.type('text/html').send((await shell()).replace('<head>', `<head>${signIn}`))
    })

    app.get(
      '/api/proof',
      {
        schema: {
          summary:
            'Proof that the daemon holds the token or, with `session`, the key of a session; needs no token',
        },
      },
      async (request, reply): Promise<ProofAnswer | undefined> => {
        const { nonce, session: id } = request.query as Record<string, unknown>
        const proof =
          typeof nonce === 'string' && /^[\w-]{22,128}$/.test(nonce)
            ? session.prove(nonce, `http://${request.headers.host}`, typeof id === 'string' ? id : null)
            : null
        return proof ?? reply.code(unauthorized.status).send(unauthorized.body)
      },
    )
  }
}

/** What opens a page in a tab. A HEAD, a prefetch or an image of another site must not use the link up. */
function isNavigation({ method, headers }: FastifyRequest): boolean {
  const isAsExpected = (name: string, wanted: string) => (headers[name] ?? wanted) === wanted
  return (
    method === 'GET' &&
    isAsExpected('sec-fetch-mode', 'navigate') &&
    isAsExpected('sec-fetch-dest', 'document') &&
    headers['sec-purpose'] === undefined &&
    headers['purpose'] === undefined
  )
}

/**
 * Under both names the page has one origin, so that one session serves them; and the daemon does not listen on ::1, where
 * another server could answer for `localhost`. The port is that of the request: it may be a forwarded one.
 */
function isPageHost({ headers }: FastifyRequest): boolean {
  return !/^localhost\b/i.test(headers.host ?? '')
}

function toPageHost({ headers }: FastifyRequest, reply: FastifyReply, path: string): FastifyReply {
  const port = /:\d+$/.exec(headers.host ?? '')?.[0] ?? ''
  return reply.redirect(`http://127.0.0.1${port}${path}`, 303)
}
