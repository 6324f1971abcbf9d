/** How servers refuse a webhook: what frameworks, proxies and platforms really answer, as far as a developer sees it. */

import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { certificates } from './certificates.ts'
import { freePort } from './ports.ts'

export interface Refusal {
  /** What refuses. */
  name: string
  /** The code of the cause that it has. */
  code: string
  /** What the sentence has to contain. */
  says: RegExp
  scheme?: 'http' | 'https'
  server(): Server
}

type Answer = [status: number, headers: Record<string, string>, body: string]

const html = { 'content-type': 'text/html; charset=utf-8' }
const json = { 'content-type': 'application/json' }
const plain = { 'content-type': 'text/plain' }

function answering(status: number, headers: Record<string, string>, body: string): () => Server {
  return () => createServer(listener([status, headers, body]))
}

function listener([status, headers, body]: Answer): RequestListener {
  return (request, response) => {
    request.resume()
    response.writeHead(status, headers).end(body)
  }
}

export const refusals: readonly Refusal[] = [
  {
    name: 'Rails HostAuthorization',
    code: 'host',
    says: /accepts only hosts on a list.*config\.hosts.*x-forwarded-host: localhost/,
    server: answering(
      403,
      html,
      '<!DOCTYPE html><html><head><title>Action Controller: Exception caught</title></head><body><h1>Blocked hosts: brave-otter.example.com</h1></body></html>',
    ),
  },
  {
    name: 'Rails protect_from_forgery',
    code: 'csrf',
    says: /CSRF token.*skip_forgery_protection/,
    server: answering(
      422,
      html,
      "<h1>ActionController::InvalidAuthenticityToken in WebhooksController#create</h1><h2>Can't verify CSRF token authenticity.</h2>",
    ),
  },
  {
    name: 'Django CsrfViewMiddleware',
    code: 'csrf',
    says: /CSRF token.*@csrf_exempt/,
    server: answering(
      403,
      html,
      '<h1>Forbidden <span>(403)</span></h1><p>CSRF verification failed. Request aborted.</p>',
    ),
  },
  {
    name: 'Django ALLOWED_HOSTS without DEBUG',
    code: 'host',
    says: /ALLOWED_HOSTS/,
    server: answering(
      400,
      html,
      '<!doctype html><html lang="en"><head><title>Bad Request (400)</title></head><body><h1>Bad Request (400)</h1><p></p></body></html>',
    ),
  },
  {
    name: 'Django APPEND_SLASH with DEBUG',
    code: 'slash',
    says: /slash at its end\. Forward to http:\/\/\S+\/webhooks\//,
    server: answering(
      500,
      html,
      "<title>RuntimeError at /webhooks</title><pre>You called this URL via POST, but the URL doesn't end in a slash and you have APPEND_SLASH set.</pre>",
    ),
  },
  {
    name: 'Laravel VerifyCsrfToken',
    code: 'csrf',
    says: /CSRF token.*validateCsrfTokens/,
    server: answering(419, html, '<title>Page Expired</title>'),
  },
  {
    name: 'Laravel in maintenance',
    code: 'maintenance',
    says: /in maintenance.*php artisan up/,
    server: answering(503, { ...html, 'retry-after': '60' }, '<h1>Be right back.</h1>'),
  },
  {
    name: 'Next.js middleware with a login',
    code: 'login',
    says: /answered 307 with Location \/sign-in\?redirect_url=.* A login in front of the route.*Exclude \/webhooks/,
    server: answering(307, { location: '/sign-in?redirect_url=%2Fwebhooks' }, ''),
  },
  {
    name: 'Next.js with a locale in each path',
    code: 'locale-redirect',
    says: /adds the language/,
    server: answering(307, { location: '/it/webhooks' }, ''),
  },
  {
    name: 'Next.js route without POST',
    code: 'method',
    says: /takes no POST/,
    server: answering(405, {}, ''),
  },
  {
    name: 'Express body parser on broken JSON',
    code: 'body-parser',
    says: /body parser of your app failed/,
    server: answering(
      400,
      html,
      '<pre>SyntaxError: Unexpected end of JSON input<br> at JSON.parse (&lt;anonymous&gt;)</pre>',
    ),
  },
  {
    name: 'Express body parser with a low limit',
    code: 'too-large',
    says: /limit.*bodies is too low/,
    server: answering(413, html, '<pre>PayloadTooLargeError: request entity too large</pre>'),
  },
  {
    name: 'Express without the route',
    code: 'not-found',
    says: /has no route for this path\. Is http:\/\/\S+\/webhooks your webhook route\?/,
    server: answering(404, html, '<pre>Cannot POST /webhooks</pre>'),
  },
  {
    name: 'Fastify without a parser for the content type',
    code: 'content-type',
    says: /application\/cloudevents\+json/,
    server: answering(
      415,
      json,
      '{"statusCode":415,"code":"FST_ERR_CTP_INVALID_MEDIA_TYPE","error":"Unsupported Media Type"}',
    ),
  },
  {
    name: 'FastAPI with another schema',
    code: 'validation',
    says: /another form of the body/,
    server: answering(
      422,
      json,
      '{"detail":[{"type":"missing","loc":["body","items"],"msg":"Field required"}]}',
    ),
  },
  {
    name: 'ASP.NET AllowedHosts',
    code: 'host',
    says: /AllowedHosts/,
    server: answering(
      400,
      html,
      '<BODY><h2>Bad Request - Invalid Hostname</h2><hr><p>HTTP Error 400. The request hostname is invalid.</p></BODY>',
    ),
  },
  {
    name: 'ASP.NET antiforgery',
    code: 'csrf',
    says: /CSRF token/,
    server: answering(
      400,
      plain,
      'The required antiforgery cookie ".AspNetCore.Antiforgery" is not present.',
    ),
  },
  {
    name: 'ASP.NET UseHttpsRedirection',
    code: 'https-redirect',
    says: /only HTTPS\. Forward to https:/,
    server: () =>
      createServer((request, response) => {
        request.resume()
        response.writeHead(307, { location: `https://${request.headers.host}${request.url}` }).end()
      }),
  },
  {
    name: 'Spring Security with a login page',
    code: 'login',
    says: /A login in front/,
    server: answering(302, { location: '/login' }, ''),
  },
  {
    name: 'Symfony trusted hosts',
    code: 'host',
    says: /hosts on a list/,
    server: answering(
      400,
      html,
      '<title>Untrusted Host "brave-otter.example.com". (400 Bad Request)</title>',
    ),
  },
  {
    name: 'nginx with basic authentication',
    code: 'password',
    says: /A password protects the route/,
    server: answering(
      401,
      { ...html, 'www-authenticate': 'Basic realm="staging"' },
      '<center><h1>401 Authorization Required</h1></center>',
    ),
  },
  {
    name: 'nginx that forbids',
    code: 'proxy-refusal',
    says: /web server or firewall in front/,
    server: answering(403, html, '<center><h1>403 Forbidden</h1></center><hr><center>nginx/1.26.0</center>'),
  },
  {
    name: 'nginx without the app behind it',
    code: 'gateway',
    says: /proxy in front of your app got no answer/,
    server: answering(502, html, '<center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center>'),
  },
  {
    name: 'nginx with TLS on this port',
    code: 'https-port',
    says: /expects TLS\. Forward to https:/,
    server: answering(400, html, '<center>The plain HTTP request was sent to HTTPS port</center>'),
  },
  {
    name: "Docker's proxy without the app",
    code: 'reset',
    says: /container.*0\.0\.0\.0/,
    server: () => createTcpServer((socket) => void socket.once('data', () => socket.resetAndDestroy())),
  },
  {
    name: 'the AirPlay receiver of macOS',
    code: 'airplay',
    says: /AirPlay/,
    server: answering(403, { server: 'AirTunes/775.3.1' }, ''),
  },
  {
    name: "Vite's host check",
    code: 'host',
    says: /server\.allowedHosts/,
    server: answering(403, plain, 'Blocked request. This host ("brave-otter.example.com") is not allowed.'),
  },
  {
    name: "webpack-dev-server's host check",
    code: 'host',
    says: /hosts on a list/,
    server: answering(403, plain, 'Invalid Host header'),
  },
  {
    name: "ngrok's edge without the agent",
    code: 'ngrok',
    says: /ngrok answered \(ERR_NGROK_3200\).*Start ngrok/,
    server: answering(404, { ...html, 'ngrok-error-code': 'ERR_NGROK_3200' }, 'The endpoint is offline.'),
  },
  {
    name: "ngrok's agent without the app",
    code: 'ngrok',
    says: /ERR_NGROK_8012.*Start the app behind ngrok/,
    server: answering(502, { ...html, 'ngrok-error-code': 'ERR_NGROK_8012' }, ''),
  },
  {
    name: "Cloudflare's edge without the tunnel",
    code: 'cloudflare',
    says: /Cloudflare answered.*Start cloudflared/,
    server: answering(530, { ...html, server: 'cloudflare' }, 'error code: 1033'),
  },
  {
    name: "Cloudflare's firewall",
    code: 'cloudflare',
    says: /Cloudflare answered \(error 1020\)/,
    server: answering(403, { ...html, server: 'cloudflare' }, 'error code: 1020'),
  },
  {
    name: "Vercel's deployment protection",
    code: 'deployment-protection',
    says: /asks for a login/,
    server: answering(
      401,
      { ...html, 'set-cookie': '_vercel_sso_nonce=x; Path=/' },
      '<title>Authentication Required</title>',
    ),
  },
  {
    name: "python's server for static files",
    code: 'method',
    says: /server for static files/,
    server: answering(501, html, "<p>Message: Unsupported method ('POST').</p>"),
  },
  {
    name: 'a database',
    code: 'not-http',
    says: /not an HTTP\/1\.1 server/,
    server: () => createTcpServer((socket) => void socket.write('J\u0000\u0000\u0000\n8.0.36\u0000')),
  },
  {
    name: 'an HTTPS server that is asked for HTTP',
    code: 'https-port',
    says: /expects TLS\. Forward to https:/,
    server: () =>
      createTcpServer((socket) => {
        const alert = Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x46])
        socket.once('data', () => void socket.end(alert))
      }),
  },
  {
    name: 'an HTTP server that is asked for HTTPS',
    code: 'http-port',
    says: /does not use TLS\. Forward to http:/,
    scheme: 'https',
    server: answering(200, {}, ''),
  },
  {
    name: 'a certificate that was made at home',
    code: 'tls-untrusted',
    says: /NODE_EXTRA_CA_CERTS="\$\(mkcert -CAROOT\)\/rootCA\.pem".*--insecure/,
    scheme: 'https',
    server: () => createHttpsServer(certificates.local, listener([200, {}, ''])),
  },
  {
    name: 'an app that fails',
    code: 'app-failure',
    says: /Your app failed while it worked/,
    server: answering(500, plain, 'Internal Server Error'),
  },
  {
    name: 'an app without its database',
    code: 'database',
    says: /cannot use its database/,
    server: answering(500, plain, 'PG::ConnectionBad: connect ECONNREFUSED 127.0.0.1:5432'),
  },
]

/** The address of the route that refuses; closed when the test is over. */
export async function startRefusal({ scheme = 'http', server: create }: Refusal): Promise<string> {
  const server = create()
  // fic-dev closes connections that speak something else.
  server.on('connection', (socket: Socket) => socket.on('error', () => {}))
  const port = await freePort()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    if ('closeAllConnections' in server && typeof server.closeAllConnections === 'function') {
      server.closeAllConnections()
    }
  })
  return `${scheme}://127.0.0.1:${port}/webhooks`
}
