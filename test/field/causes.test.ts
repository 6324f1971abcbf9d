/** The table of causes: one sentence for each way in which real servers refuse, in terminal, `check`, the API and `--json`. */

import { expect, onTestFinished, test } from 'vitest'
import type { CheckResult } from '../../src/check/case.ts'
import { checkCases } from '../../src/check/cases.ts'
import { runCases } from '../../src/check/run.ts'
import { hintOnDelivery } from '../../src/cli/terminal/hints.ts'
import { createSender } from '../../src/delivery/send.ts'
import { findCause, sayCause } from '../../src/http/causes.ts'
import type { Encounter } from '../../src/http/encounter.ts'
import { openDelivery } from '../delivery/parts.ts'
import { createTestWorld } from '../support/check-world.ts'
import { refusals, startRefusal } from '../support/refusals.ts'

test.for(refusals.map((refusal) => [refusal.name, refusal] as const))(
  '%s has one cause, in a delivery, its stored form and a check',
  async ([, refusal]) => {
    const url = await startRefusal(refusal)
    const { capture, deliverer, until, store } = await openDelivery([url], { pauseMs: 50 })
    await deliverer.start()
    await capture()
    const delivery = await until(({ verdict }) => verdict !== 'pending')
    await deliverer.close()

    expect(delivery.cause).toMatchObject({ code: refusal.code })
    const hint = hintOnDelivery(delivery)?.text ?? ''
    expect(hint.split('\n')[0]).toMatch(refusal.says)

    expect(store.notification(1)?.deliveries[0]?.cause).toEqual(delivery.cause)

    const checked = await checkOnce(url)
    expect(checked.find(({ name }) => name === 'binary')?.cause).toEqual(delivery.cause)
  },
)

async function checkOnce(url: string): Promise<CheckResult[]> {
  const sender = createSender({ maxSockets: 1, insecure: false })
  onTestFinished(() => sender.close())
  const results: CheckResult[] = []
  const options = {
    world: await createTestWorld(url),
    exchange: sender.send,
    timeoutMs: 5_000,
    waitMs: 5_000,
  }
  for await (const result of runCases(
    checkCases.filter(({ name }) => name === 'binary'),
    options,
  )) {
    results.push(result)
  }
  return results
}

const nothing: Encounter = {
  url: 'http://localhost:3000/webhooks',
  status: null,
  errorCode: null,
  error: null,
  headers: [],
  body: null,
  sign: 'original',
}

test.for<[what: string, changes: Partial<Encounter>, code: string]>([
  ['a host that is not known', { errorCode: 'ENOTFOUND' }, 'host-not-found'],
  ['a resolver that does not answer', { errorCode: 'EAI_AGAIN' }, 'host-not-found'],
  ['a proxy that refuses', { errorCode: 'PROXY_FAILED' }, 'proxy'],
  ['a network that is down', { errorCode: 'ENETUNREACH' }, 'unreachable'],
  ['a certificate for another name', { errorCode: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'tls-name'],
  ['a certificate that has expired', { errorCode: 'CERT_HAS_EXPIRED' }, 'tls-expired'],
  [
    'a server that asks for a certificate',
    { errorCode: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' },
    'tls-client-certificate',
  ],
  ['a server that knows no such name', { errorCode: 'ERR_SSL_TLSV1_UNRECOGNIZED_NAME' }, 'tls-handshake'],
  ['silence', { errorCode: 'TIMEOUT' }, 'timeout'],
  ['an answer that is cut', { errorCode: 'INCOMPLETE' }, 'incomplete'],
  ['too many files', { errorCode: 'EMFILE' }, 'too-many-files'],
  ['an unknown failure', { errorCode: 'EWHATEVER' }, 'no-answer'],
  ['a failure of version 0.1', {}, 'no-answer'],
  ['401', { status: 401 }, 'signature'],
  ['401 for an expired token', { status: 401, body: '{"error":"jwt expired"}' }, 'token-expired'],
  ['401 for an audience', { status: 401, body: 'unexpected "aud" claim value' }, 'audience'],
  [
    '401 with its reason in a header',
    {
      status: 401,
      headers: [
        ['WWW-Authenticate', 'Bearer error="invalid_token", error_description="The aud claim is not valid"'],
      ],
    },
    'audience',
  ],
  [
    '401 of Spring for an old token',
    {
      status: 401,
      headers: [['www-authenticate', 'Bearer error_description="Jwt expired at 2026-11-28T09:00:00Z"']],
    },
    'token-expired',
  ],
  ['401 of Istio', { status: 403, body: 'Audiences in Jwt are not allowed' }, 'audience'],
  [
    '401 of Django REST framework',
    { status: 401, body: '{"detail":"Authentication credentials were not provided."}' },
    'login',
  ],
  ['401 of Laravel', { status: 401, body: '{"message":"Unauthenticated."}' }, 'login'],
  ['500 of Laravel without a login page', { status: 500, body: 'Route [login] not defined.' }, 'login'],
  ['404 of Clerk', { status: 404, headers: [['x-clerk-auth-reason', 'dev-browser-missing']] }, 'login'],
  ['401 of Kong', { status: 401, body: '{"message":"No API key found in request"}' }, 'api-key'],
  [
    '401 of Cloud Run',
    { status: 401, body: 'Your client does not have permission to the requested URL' },
    'deployment-protection',
  ],
  [
    '403 of HAProxy',
    { status: 403, body: '<h1>403 Forbidden</h1>\nRequest forbidden by administrative rules.' },
    'proxy-refusal',
  ],
  ['403 of a load balancer', { status: 403, headers: [['server', 'awselb/2.0']] }, 'proxy-refusal'],
  [
    '406 of ModSecurity',
    { status: 406, body: 'Not Acceptable! This error was generated by Mod_Security.' },
    'proxy-refusal',
  ],
  ['406 of Rails', { status: 406 }, 'accept'],
  ['a bare 403', { status: 403, body: '{"status":403,"error":"Forbidden","path":"/webhooks"}' }, 'forbidden'],
  ['403 that speaks of a token', { status: 403, body: 'invalid token' }, 'signature'],
  ['400 that speaks of a signature', { status: 400, body: '{"error":"jwt malformed"}' }, 'signature'],
  ['500 of jsonwebtoken', { status: 500, body: 'JsonWebTokenError: invalid signature' }, 'signature'],
  [
    '500 that has nothing to do with a parser',
    { status: 500, body: 'malformed customer record' },
    'app-failure',
  ],
  ['404 of an app that knows no such appointment', { status: 404, body: 'No such appointment' }, 'not-found'],
  [
    '503 of Apache',
    {
      status: 503,
      body: 'The server is temporarily unable to service your request due to maintenance downtime or capacity problems.',
    },
    'gateway',
  ],
  [
    '422 of Actix',
    { status: 422, body: 'Failed to deserialize the JSON body: missing field `name`' },
    'validation',
  ],
  ['403 for a mod_security rule', { status: 403, body: 'ModSecurity Action' }, 'proxy-refusal'],
  [
    '404 of a gateway',
    { status: 403, body: '{"message":"Missing Authentication Token"}' },
    'unknown-deployment',
  ],
  ['410', { status: 410 }, 'subscription-deleted'],
  ['421', { status: 421 }, 'host'],
  ['426', { status: 426 }, 'upgrade-required'],
  ['429', { status: 429 }, 'rate-limit'],
  ['431', { status: 431 }, 'headers-refused'],
  ['400 of a JSON schema', { status: 400, body: '{"message":"body must be object"}' }, 'validation'],
  ['409', { status: 409 }, 'refusal'],
  ['203', { status: 203 }, 'not-accepted'],
  ['304', { status: 304 }, 'redirect'],
  [
    'a redirect to the same path with a slash',
    { status: 308, headers: [['Location', '/webhooks/']] },
    'slash',
  ],
  [
    'a redirect to www',
    { status: 301, headers: [['Location', 'http://www.localhost:3000/webhooks']] },
    'host-redirect',
  ],
  [
    'a redirect to a login elsewhere',
    { status: 302, headers: [['location', 'https://team.cloudflareaccess.com/cdn-cgi/access/x']] },
    'login',
  ],
  ['a redirect without a target', { status: 302 }, 'redirect'],
  ['a compile error', { status: 500, body: 'Module not found: Can\'t resolve "./db"' }, 'compile-error'],
  [
    'migrations that are pending',
    { status: 500, body: 'Migrations are pending. To resolve this issue, run:' },
    'database',
  ],
  ['504', { status: 504 }, 'gateway'],
])('%s has the cause it should have', ([, changes, code]) => {
  const cause = findCause({ ...nothing, ...changes }, false)
  expect(cause?.code).toBe(code)
  for (const sentence of [cause?.what, cause?.why, cause?.todo])
    expect(sentence).toMatch(/^[A-Z0-9h].*[.?)/\w]$/)
})

test('an answer that counts as delivered has no cause', () => {
  expect(findCause({ ...nothing, status: 200 }, true)).toBeNull()
})

test('a page of the app that happens to name its host is no host check', () => {
  const body = '<p>Validation failed: name can not be blank</p><footer>Hosted on app.example</footer>'
  expect(findCause({ ...nothing, status: 422, body }, false)?.code).toBe('validation')
})

test('what comes from outside cannot pass for our own sentence', () => {
  const cause = findCause(
    { ...nothing, status: 302, headers: [['location', '/\u001B[2J\u202Elogin']] },
    false,
  )
  const text =
    hintOnDelivery({ cause, responseBody: null, sign: 'original', target: 'http://localhost:3000/' })?.text ??
    ''
  expect(['\u001B', '\u202E'].filter((character) => text.includes(character))).toEqual([])
  expect(cause && sayCause(cause)).toContain('answered 302')
})
