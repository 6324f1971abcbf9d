/** The causes of answers that do not count as delivered. The first that fits counts, so what is particular comes first. Pure. */

import type { Reading, Rule } from './encounter.ts'

const has =
  (pattern: RegExp) =>
  ({ start }: Reading): boolean =>
    pattern.test(start)

/** Looks at the reason in `www-authenticate`, too. */
const refusesWith =
  (pattern: RegExp) =>
  ({ refusal }: Reading): boolean =>
    pattern.test(refusal)

const isStatus =
  (...statuses: number[]) =>
  ({ status }: Reading): boolean =>
    statuses.includes(status)

const isRedirect = ({ status, header }: Reading) =>
  status >= 300 && status <= 399 && status !== 304 && header('location') !== ''

/** The address that a redirect leads to; `null` if it is none. */
function locationOf({ url, header }: Reading): URL | null {
  const location = header('location')
  return URL.canParse(location, url.href) ? new URL(location, url) : null
}

const leadsTo = (fits: (to: URL, from: URL) => boolean) => (reading: Reading) => {
  const to = isRedirect(reading) ? locationOf(reading) : null
  return to !== null && fits(to, reading.url)
}

const withoutSlash = (path: string) => path.replace(/\/+$/, '')

const loginPath =
  /(?:^|[/_.-])(?:sign-?_?in|log-?_?in|log-?_?on|auth|oauth2?|sso|saml2?|session|sessions|account|accounts|idp|authorize|unauthorized|connexion|accedi|password|outpost\.goauthentik\.io)(?:[/_.-]|$)/i
const loginHost =
  /(?:^|\.)(?:login|signin|auth|sso|idp|accounts?)\.|(?:auth0|okta|cloudflareaccess|clerk\.accounts|kinde|workos|microsoftonline|amazoncognito)\.(?:com|dev|net)$/i

/** Of the cause that only the configuration shows. */
export const ownAuthorizationCode = 'own-authorization'

/** Answers that come from a place before the app. */
const edges: readonly Rule[] = [
  {
    code: 'airplay',
    when: ({ header }) => /^AirTunes\//i.test(header('server')),
    why: 'The AirPlay receiver of macOS listens on this port, not your app.',
    todo: 'Let your app listen on another port, or switch AirPlay Receiver off in System Settings, General, AirDrop & Handoff.',
  },
  {
    code: 'https-port',
    when: (reading) =>
      reading.url.protocol === 'http:' &&
      has(
        /plain HTTP request was sent to HTTPS port|HTTP request to an HTTPS server|plain HTTP to an SSL-enabled|requires TLS\b|expected HTTPS/i,
      )(reading),
    why: 'The server at this address expects TLS.',
    todo: ({ url }) => `Forward to ${url.href.replace(/^http:/, 'https:')}`,
  },
  {
    code: 'ngrok',
    when: ({ header, start }) => header('ngrok-error-code') !== '' || /\bERR_NGROK_\d+/.test(start),
    why: (reading) => `ngrok answered (${ngrokCode(reading)}), not your app.`,
    todo: (reading) => {
      const code = ngrokCode(reading)
      if (/_(?:3200|3208)$/.test(code)) return 'Start ngrok there, or forward to the address of your app.'
      if (/_(?:8012|3004|3003)$/.test(code))
        return 'Start the app behind ngrok, on the port that ngrok names.'
      return `It is explained at https://ngrok.com/docs/errors/${code.toLowerCase()}`
    },
  },
  {
    code: 'cloudflare',
    when: ({ status, header, start }) =>
      (/cloudflare/i.test(header('server')) && (status >= 520 || header('cf-mitigated') !== '')) ||
      /\berror code: 1\d{3}\b|<title>[^<]*\| Cloudflare<\/title>/i.test(start),
    why: ({ status, start }) =>
      status >= 500
        ? 'Cloudflare answered, because it got no answer from your app.'
        : `Cloudflare answered${cloudflareCode(start)}: a rule of the site blocks requests of programs.`,
    todo: ({ status }) =>
      status >= 500
        ? 'Start cloudflared and the app behind it, or forward to the address of your app.'
        : 'Add a rule that lets the webhook route pass, or forward to the address of your app.',
  },
  {
    code: 'localtunnel',
    when: ({ url, header, status }) =>
      status !== 200 &&
      (/\.(?:loca\.lt|localtunnel\.me)$/.test(url.hostname) || header('x-localtunnel-status') !== ''),
    why: 'The server of localtunnel may have answered, not your app.',
    todo: 'Forward to the address of your app on this machine, which needs no tunnel.',
  },
  {
    code: 'deployment-protection',
    when: (reading) =>
      isStatus(401, 403)(reading) &&
      (/_vercel_sso_nonce|vercel_auth/i.test(reading.header('set-cookie')) ||
        (reading.header('x-vercel-id') !== '' && has(/Authentication Required/i)(reading)) ||
        refusesWith(
          /Vercel Authentication|does not have permission to (?:get|the requested) URL|Invalid IAP credentials|azurewebsites\.net|Authorization header requires 'Credential'|Netlify[^]{0,200}password|Password protected site/i,
        )(reading)),
    why: 'The platform that your app is deployed on asks for a login of its own before it passes a request on.',
    todo: 'Switch it off for this deployment, or forward to the app on this machine.',
  },
  {
    code: 'unknown-deployment',
    when: ({ status, header, start }) =>
      header('x-vercel-error') !== '' ||
      /Missing Authentication Token/.test(start) ||
      (status === 404 &&
        /\bNo such app\b|There's nothing here, yet|Site Not Found|default backend - 404/i.test(start)),
    why: 'The platform answered, because it knows no app or no route for this address.',
    todo: ({ url }) => `Check the host and the path: ${url.href}`,
  },
]

function ngrokCode({ header, start }: Reading): string {
  return header('ngrok-error-code') || (/\bERR_NGROK_\d+/.exec(start)?.[0] ?? 'ERR_NGROK')
}

function cloudflareCode(start: string): string {
  const code = /\berror code: (1\d{3})\b/i.exec(start)?.[1]
  return code === undefined ? '' : ` (error ${code})`
}

const redirects: readonly Rule[] = [
  {
    code: 'slash',
    when: leadsTo(
      (to, from) =>
        to.host === from.host &&
        to.pathname !== from.pathname &&
        withoutSlash(to.pathname) === withoutSlash(from.pathname),
    ),
    why: 'Your app has the route only in the other form, with or without the slash at its end.',
    todo: (reading) => `Forward to ${locationOf(reading)?.href ?? ''}`,
  },
  {
    code: 'https-redirect',
    when: leadsTo(
      (to, from) => from.protocol === 'http:' && to.protocol === 'https:' && to.pathname === from.pathname,
    ),
    why: 'Your app accepts only HTTPS.',
    todo: (reading) =>
      `Forward to ${locationOf(reading)?.href ?? ''}, or switch this redirect off in development.`,
  },
  {
    code: 'login',
    when: leadsTo((to) => loginPath.test(to.pathname) || loginHost.test(to.hostname)),
    why: 'A login in front of the route sends every request without a session away.',
    todo: ({ url }) =>
      `Exclude ${url.pathname} from it, in the middleware, guard or filter of your app. Fatture in Cloud cannot log in and follows no redirect.`,
  },
  {
    code: 'locale-redirect',
    when: leadsTo(
      (to, from) => /^\/[a-z]{2}(?:-[a-z]{2})?\//i.test(to.pathname) && to.pathname.endsWith(from.pathname),
    ),
    why: 'A middleware adds the language to every path.',
    todo: ({ url }) => `Exclude ${url.pathname} from it: Fatture in Cloud follows no redirect.`,
  },
  {
    code: 'host-redirect',
    when: leadsTo((to, from) => to.host !== from.host && to.pathname === from.pathname),
    why: 'Your app accepts requests under another host only.',
    todo: (reading) => `Forward to ${locationOf(reading)?.href ?? ''}`,
  },
  {
    code: 'redirect',
    when: ({ status }) => status >= 300 && status <= 399,
    why: 'Fatture in Cloud follows no redirect, so fic-dev follows none.',
    todo: (reading) =>
      isRedirect(reading)
        ? 'Answer on this route, or forward to the one that it leads to.'
        : 'Answer 200 or 204 instead.',
  },
]

const isRefusal = isStatus(400, 401, 403, 419, 421, 422)

const guards: readonly Rule[] = [
  {
    code: 'csrf',
    when: (reading) =>
      reading.status === 419 ||
      ((isRefusal(reading) || reading.status === 500) &&
        has(
          /csrf|xsrf|InvalidAuthenticityToken|authenticity.token|forgery|Cross-site (?:POST|request)|page expired|valid crumb|security token|invalid_nonce|change you wanted was rejected/i,
        )(reading)),
    why: 'Your app asks for a CSRF token, which no webhook has.',
    todo: ({ url, status }) => `Exclude ${url.pathname} from the CSRF check${csrfExample(status)}.`,
  },
  {
    code: 'host',
    when: (reading) =>
      (reading.status >= 400 &&
        reading.status <= 499 &&
        has(
          /blocked hosts?\b|\bhost\b[^\n]{0,80}\bnot (?:allowed|permitted|trusted)|invalid host\b|invalid hostname|invalid http_host|DisallowedHost|untrusted (?:host|domain)|host (?:is )?not allowed|trusted_?hosts?/i,
        )(reading)) ||
      reading.status === 421 ||
      // The whole page of Django without DEBUG.
      (reading.status === 400 && has(/<h1>Bad Request \(400\)<\/h1>/)(reading)),
    why: ({ url }) =>
      `Your app, or its development server, accepts only hosts on a list. A delivery has the Host ${url.host}, and in x-forwarded-host the name of the tunnel.`,
    todo: 'Add the host that it names to the list (Rails config.hosts, Django ALLOWED_HOSTS, Vite server.allowedHosts, ASP.NET AllowedHosts), or add --header "x-forwarded-host: localhost".',
  },
  {
    code: 'password',
    when: ({ status, header }) =>
      status === 401 && /^(?:basic|digest|negotiate|ntlm)\b/i.test(header('www-authenticate')),
    why: 'A password protects the route. The authorization header of Fatture in Cloud carries its token and cannot carry the password.',
    todo: ({ url }) => `Exclude ${url.pathname} from the password.`,
  },
  {
    code: ownAuthorizationCode,
    when: ({ status, hasOwnAuthorization }) => (status === 401 || status === 403) && hasOwnAuthorization,
    why: 'The configured header "authorization" replaces the token of Fatture in Cloud, so your app has no token to check.',
    todo: 'Take it out of --header or the config file.',
  },
  {
    code: 'api-key',
    when: (reading) => isRefusal(reading) && refusesWith(/\b(?:x-)?api[-_ ]?key/i)(reading),
    why: 'Your app or a gateway asks for an API key, which Fatture in Cloud does not send.',
    todo: ({ url }) => `Exclude ${url.pathname} from it; the token of the notification proves who sent it.`,
  },
  {
    code: 'login',
    when: (reading) =>
      reading.header('x-clerk-auth-reason') !== '' ||
      (isRefusal(reading) &&
        refusesWith(
          /not authenticated|authentication credentials were not provided|need to (?:sign|log) in|\bunauthenticated\b|please (?:sign|log) ?in|(?:login|session) (?:is )?required|oauth2[-_ ]proxy|sign in with/i,
        )(reading)) ||
      (reading.status === 500 && has(/Route \[login\] not defined/)(reading)),
    why: 'A login in front of the route refuses every request without a session.',
    todo: ({ url }) =>
      `Exclude ${url.pathname} from it, in the middleware, guard or filter of your app. Fatture in Cloud cannot log in.`,
  },
  {
    code: 'token-expired',
    when: (reading) =>
      isRefusal(reading) &&
      reading.sign === 'original' &&
      refusesWith(/(?:token|jwt|signature)[^\n]{0,40}\bexpired\b|\bexp\b[^\n]{0,20}claim|TokenExpired/i)(
        reading,
      ),
    why: 'The token of Fatture in Cloud is valid for 3 hours.',
    todo: 'Replay it with a fresh one: fic-dev replay last --sign dev',
  },
  {
    code: 'audience',
    when: (reading) => isRefusal(reading) && refusesWith(/\baudiences?\b|\baud\b/i)(reading),
    why: 'Your app expects another audience. In a notification, "aud" is the URL of the sink; with --sign dev it is that of the target.',
    todo: 'Let your app read the audience from its configuration. fic-dev check --audience tries one.',
  },
  {
    code: 'proxy-refusal',
    when: (reading) =>
      (isStatus(401, 403, 406)(reading) &&
        has(
          /<center>(?:nginx|openresty)|<address>Apache|Access Denied[\s\S]{0,200}Reference #|Request blocked|RBAC: access denied|Mod_?Security|administrative rules|web app is stopped|Wordfence|Zscaler|\bIP\b[^\n]{0,40}not (?:allowed|permitted|authorized)|403\.(?:4|6|14)\b/i,
        )(reading)) ||
      (reading.status === 403 &&
        /^(?:awselb|CloudFront|AkamaiGHost|squid|Zscaler|BigIP)/i.test(reading.header('server'))),
    why: 'A web server or firewall in front of your app refused it, by address, method or rule.',
    todo: ({ url }) => `Allow POST and GET on ${url.pathname} there.`,
  },
  {
    code: 'refused-before',
    when: (reading) => isStatus(401, 403)(reading) && reading.isKeyRight,
    why: 'The key is right, because the signed challenge was accepted. Something before the route refuses it: a CSRF check, a login, a firewall.',
    todo: ({ url }) => `Exclude ${url.pathname} from it.`,
  },
  {
    code: 'signature',
    when: (reading) =>
      reading.status === 401 ||
      (isStatus(400, 403, 422)(reading) && refusesWith(/signature|\bjw[ts]\b|\btoken\b|bearer/i)(reading)) ||
      (reading.status === 500 &&
        has(
          /JsonWebTokenError|JWSSignatureVerification|SignatureVerification|signature verification failed|invalid signature/i,
        )(reading)),
    why: 'This is probably the check of the token in your app, with another public key or another audience than those of this machine.',
    todo: ({ sign }) => devKeyAdvice(sign),
  },
  {
    code: 'forbidden',
    when: isStatus(403),
    why: 'A guard in front of the route (a CSRF check, rights, a firewall) refused it, or the check of the signature.',
    todo: ({ url, sign }) =>
      `Exclude ${url.pathname} from such guards. If it was the signature: ${devKeyAdvice(sign)}`,
  },
]

function devKeyAdvice(sign: Reading['sign']): string {
  const advice = 'Give your app the keys and audiences that "fic-dev env" prints, and restart it'
  return sign === 'dev'
    ? `${advice}.`
    : `${advice}. Then send the notification again: fic-dev replay last (or check: fic-dev check).`
}

function csrfExample(status: number): string {
  return status === 419
    ? ' (Laravel: validateCsrfTokens(except: […]) in bootstrap/app.php)'
    : ' (Rails: skip_forgery_protection, Django: @csrf_exempt, Spring: csrf.ignoringRequestMatchers, Laravel: validateCsrfTokens)'
}

const requests: readonly Rule[] = [
  {
    code: 'not-found',
    when: isStatus(404),
    why: 'Your app has no route for this path.',
    todo: ({ url }) => `Is ${url.href} your webhook route?`,
  },
  {
    code: 'method',
    when: (reading) =>
      reading.status === 405 || (reading.status === 501 && has(/Unsupported method/i)(reading)),
    why: ({ status, header }) => {
      if (status === 501) return 'A server for static files listens there, not your app.'
      const allow = header('allow')
      return allow === ''
        ? 'The path exists, but takes no POST.'
        : `The path exists, but takes only ${allow}.`
    },
    todo: 'Add a route for POST (notifications), and GET for the challenge.',
  },
  {
    code: 'subscription-deleted',
    when: isStatus(410),
    why: '410 makes Fatture in Cloud delete the subscription.',
    todo: 'Never answer 410 on the webhook route; answer 401 to what you refuse.',
  },
  {
    code: 'too-large',
    when: (reading) =>
      reading.status === 413 || (reading.status === 500 && has(/PayloadTooLarge|entity too large/i)(reading)),
    why: 'The limit of your app or of a proxy for bodies is too low: a notification can name hundreds of ids.',
    todo: 'Raise it to 1 MB on the webhook route.',
  },
  {
    code: 'headers-refused',
    when: isStatus(414, 431, 494),
    why: 'The limit of your app or of a proxy for headers is too low: the token alone has about 800 characters.',
    todo: 'Raise it to 16 KiB.',
  },
  {
    code: 'content-type',
    when: (reading) =>
      reading.status === 415 || (reading.status === 400 && has(/content[- ]type|media type/i)(reading)),
    why: 'Your app does not take this content type. Notifications are application/json, and application/cloudevents+json with the structured mapping.',
    todo: 'Accept both in the body parser (Express: express.json({ type: ["application/json", "application/cloudevents+json"] })).',
  },
  {
    code: 'accept',
    when: isStatus(406),
    why: 'Your app has no answer in the form that the Accept header asks for.',
    todo: 'Answer on this route without a body, whatever the Accept header says.',
  },
  {
    code: 'body-parser',
    when: (reading) =>
      (reading.status === 400 || reading.status === 422 || reading.status === 500) &&
      has(
        /unexpected (?:token|end of)|JSON ?parse|parse error|not valid JSON|invalid JSON|malformed (?:json|request|body)|SyntaxError|stream is not readable|body (?:is unusable|has already been read|stream already read)|EMPTY_JSON_BODY|entity\.parse|JSONDecodeError|raw body/i,
      )(reading),
    why: 'The body parser of your app failed: it met a body that it did not expect, read it twice, or parsed the challenge, which has none.',
    todo: 'Read the body once, and only on POST.',
  },
  {
    code: 'validation',
    when: (reading) =>
      isStatus(400, 422)(reading) &&
      has(
        /validation|"loc"|required|must be|invalid (?:input|value|type)|expected|deserialize|missing field|should not exist|param is missing/i,
      )(reading),
    why: 'Your app expects another form of the body than {"data": {"ids": [...]}}; the welcome has no ids.',
    todo: 'Compare its schema with the body that the page shows.',
  },
  {
    code: 'rate-limit',
    when: isStatus(429),
    why: 'A rate limit of your app or of a proxy refused it. Fatture in Cloud drops a notification that is answered 429.',
    todo: ({ url }) => `Exclude ${url.pathname} from the rate limit.`,
  },
  {
    code: 'upgrade-required',
    when: isStatus(426),
    why: 'A WebSocket or HTTP/2 server listens there, not your app.',
    todo: 'Check the port and the path.',
  },
  {
    code: 'proxy-login',
    when: isStatus(407, 511),
    why: 'A proxy of the network answered, not your app.',
    todo: 'Add the host of the target to NO_PROXY.',
  },
]

const gateways: readonly Rule[] = [
  {
    code: 'maintenance',
    when: (reading) =>
      reading.status === 503 &&
      has(/\b(?:under|in|scheduled) maintenance\b|maintenance mode|be right back/i)(reading),
    why: 'Your app is in maintenance.',
    todo: 'End it (Laravel: php artisan up). Waiting notifications are delivered then.',
  },
  {
    code: 'gateway',
    when: isStatus(502, 503, 504),
    why: 'A proxy in front of your app got no answer from it, or your app is not ready.',
    todo: 'Start the app behind it. Waiting notifications are delivered then, in order.',
  },
]

const failures: readonly Rule[] = [
  {
    code: 'slash',
    when: has(/doesn't end in a slash|APPEND_SLASH/),
    why: 'Your app has the route only with a slash at its end.',
    todo: ({ url }) => `Forward to ${url.origin}${url.pathname}/${url.search}`,
  },
  {
    code: 'compile-error',
    when: has(
      /Failed to compile|Module not found|Cannot find module|Build Error|Can't resolve|ParseError|Fatal error: Uncaught|ANCM|HTTP Error 500\.3\d/,
    ),
    why: 'Your app does not start or does not compile.',
    todo: 'Its own log says more.',
  },
  {
    code: 'database',
    when: has(
      /SQLSTATE|ECONNREFUSED|Migrations? (?:are|is) pending|PendingMigration|relation "[^"]+" does not exist|no such table|Can't reach database server|OperationalError|ConnectionNotEstablished/i,
    ),
    why: 'Your app cannot use its database, or another server that it needs.',
    todo: 'Start that server, or run the migrations.',
  },
  {
    code: 'app-failure',
    when: ({ status }) => status >= 500 && status <= 599,
    why: 'Your app failed while it worked on the notification.',
    todo: 'Its own log says more.',
  },
]

export const answerRules: readonly Rule[] = [
  ...edges,
  ...redirects,
  ...guards,
  ...requests,
  ...gateways,
  ...failures,
  {
    code: 'not-accepted',
    when: ({ status }) => status >= 200 && status <= 299,
    why: 'Fatture in Cloud takes only 200, 201, 202 and 204 for success.',
    todo: 'Answer one of them.',
  },
  {
    code: 'refusal',
    when: () => true,
    why: 'Your app refused it. Fatture in Cloud drops a refused notification.',
    todo: 'Its answer and its log have more details.',
  },
]
