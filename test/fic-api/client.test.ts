import { inspect } from 'node:util'
import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { FicApiError } from '../../src/fic-api/error.ts'
import { createFicApi, type FicApi } from '../../src/fic-api/client.ts'
import { createLog } from '../../src/log.ts'
import { always, startHttpServer } from '../support/http-server.ts'

const token = 'a/canary-token-0123456789'

function createApi(apiBase: string, options: { timeoutMs?: number; token?: string } = {}) {
  const lines: string[] = []
  const destination = new Writable({
    write(chunk, _, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const log = createLog('debug', destination)
  return { api: createFicApi({ apiBase, token, company: 12345, log, ...options }), lines }
}

/** The error of `list`, which must be one of ours and must not hold the token anywhere. */
async function failureOf(api: FicApi, lines: string[]): Promise<FicApiError> {
  const error = await api.list().then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(FicApiError)
  const everything = inspect(error, { depth: 20, showHidden: true }) + lines.join('')
  expect(everything).not.toContain('canary')
  return error as FicApiError
}

const unauthorized = { error: { message: 'Unauthorized.' } }
const noPermission = {
  error: { message: 'This app is not enabled to register webhooks', code: 'NO_PERMISSION' },
}
const invalid = {
  error: {
    message: 'Invalid request.',
    validation_result: { 'data.sink': ['The data.sink must be a valid URL.'], data: null },
    extra: { trace: 'kept' },
  },
}

test.each([
  {
    name: '401 is a refused token',
    answer: always(401, unauthorized),
    code: 'TOKEN_REJECTED',
    status: 401,
    says: ['refused the access token', '"Unauthorized."'],
    hint: '24 hours',
  },
  {
    name: '401 in the form of OAuth is a refused token',
    answer: always(401, { error: 'unauthorized', error_description: 'The access token expired' }),
    code: 'TOKEN_REJECTED',
    status: 401,
    says: ['unauthorized', 'The access token expired'],
    hint: 'FIC_ACCESS_TOKEN',
  },
  {
    name: '403 NO_PERMISSION is told with both readings',
    answer: always(403, noPermission),
    code: 'PERMISSION',
    status: 403,
    says: ['does not let this app use webhooks', 'NO_PERMISSION', noPermission.error.message],
    hint: 'never enabled',
  },
  {
    name: '403 with Retry-After is the quota',
    answer: always(
      403,
      { error: { message: 'Quota exceeded' } },
      { 'retry-after': '1800', 'ratelimit-hourlyremaining': '0' },
    ),
    code: 'FIC_API',
    status: 403,
    says: ['quota is used up', '30 minutes', 'RateLimit-HourlyRemaining 0'],
    hint: '40,000 a month',
    retryAfterMs: 1_800_000,
    temporary: true,
  },
  {
    name: 'another 403 is a missing permission',
    answer: always(403, { error: { message: 'Permesso mancante' } }),
    code: 'PERMISSION',
    status: 403,
    says: ['has no permission to list the subscriptions of company 12345', 'Permesso mancante'],
    hint: 'scopes',
  },
  {
    name: '404 asks whether the company is right',
    answer: always(404, { error: { message: 'Company not found' } }),
    code: 'FIC_API',
    status: 404,
    says: ['Company not found'],
    hint: 'Is the company id right?',
  },
  {
    name: '422 tells what the validation found, and survives a null in it',
    answer: always(422, invalid),
    code: 'FIC_API',
    status: 422,
    says: ['Invalid request.', 'data.sink: The data.sink must be a valid URL.'],
    hint: 'https',
  },
  {
    name: '429 says how long to wait',
    answer: always(429, { error: { message: 'Too many requests' } }, { 'retry-after': '42' }),
    code: 'FIC_API',
    status: 429,
    says: ['wait 42 s', 'Too many requests'],
    hint: '300 requests in 5 minutes',
    retryAfterMs: 42_000,
    temporary: true,
  },
  {
    name: '502 with a page of HTML is a failure of the other side',
    answer: always(502, '<html><h1>Bad Gateway</h1></html>'),
    code: 'FIC_API',
    status: 502,
    says: ['an internal error (502)'],
    hint: 'A running fic-dev retries',
    temporary: true,
  },
  {
    name: 'a redirect is not followed, since it would carry the token along',
    answer: always(302, '', { location: 'http://127.0.0.1:1/' }),
    code: 'FIC_API',
    status: 302,
    says: ['with a redirect'],
    hint: 'apiBase',
  },
  {
    name: '200 with something else than a list is not taken for one',
    answer: always(200, '<html>A portal wants you to log in</html>'),
    code: 'FIC_API',
    status: 200,
    says: ['is not what Fatture in Cloud gives'],
    hint: 'apiBase',
  },
  {
    name: 'a body that echoes the token does not get it into the message',
    answer: always(418, { error: { message: `no tea for ${token}` } }),
    code: 'FIC_API',
    status: 418,
    says: ['no tea for [token]'],
    hint: 'the reason that the server gave',
  },
])('$name', async ({ answer, code, status, says, hint, retryAfterMs = null, temporary = false }) => {
  const server = await startHttpServer(answer)
  const { api, lines } = createApi(server.url)

  const error = await failureOf(api, lines)

  expect(error).toMatchObject({
    code: `FIC_DEV_E_${code}`,
    status,
    retryAfterMs,
    isTemporary: temporary,
  })
  for (const words of says) expect(error.message).toContain(words)
  expect(error.hint).toContain(hint)
})

test('what Fatture in Cloud says beyond the known members is kept', async () => {
  const server = await startHttpServer(always(422, invalid))
  const { api, lines } = createApi(server.url)

  expect((await failureOf(api, lines)).details).toStrictEqual(invalid.error)
})

test('a server that never answers is given up after the time-out', async () => {
  const server = await startHttpServer(() => {})
  const { api, lines } = createApi(server.url, { timeoutMs: 300 })

  const error = await failureOf(api, lines)

  expect(error).toMatchObject({ status: null, isTemporary: true })
  expect(error.message).toContain('no answer within 0.3 s')
})

test('a body that never ends is given up after the time-out', async () => {
  const server = await startHttpServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const timer = setInterval(() => response.write(' '), 20)
    response.on('close', () => clearInterval(timer))
  })
  const { api, lines } = createApi(server.url, { timeoutMs: 300 })

  expect((await failureOf(api, lines)).message).toContain('no answer within 0.3 s')
})

test('a refused connection is told in words', async () => {
  const { api, lines } = createApi('http://127.0.0.1:1')

  const error = await failureOf(api, lines)

  expect(error).toMatchObject({ status: null, isTemporary: true })
  expect(error.message).toContain('nothing listens there (ECONNREFUSED)')
  expect(error.hint).toContain('emulator running')
})

test.each(['', 'two words', 'line\nbreak', 'é'])(
  'a token that cannot be sent (%j) is not sent',
  async (bad) => {
    const server = await startHttpServer(always(200, { data: [] }))
    const { api } = createApi(server.url, { token: bad })

    await expect(api.list()).rejects.toMatchObject({ code: 'FIC_DEV_E_TOKEN_REJECTED' })
    expect(server.requests).toStrictEqual([])
  },
)

test('the calls are those of the documentation', async () => {
  const data = { id: 'SUB1', sink: 'https://a.example/s', verified: false, types: ['x.y'], config: {} }
  const server = await startHttpServer(always(200, { data, warnings: null }))
  const { api } = createApi(`${server.url}/`)
  const request = {
    sink: 'https://a.example/s',
    types: ['it.fattureincloud.webhooks.receipts.create'],
    mapping: 'structured',
    verificationMethod: 'query',
  } as const

  const created = await api.create({ ...request, types: [...request.types] })
  await api.get('SUB1')
  await api.modify('SUB1', { sink: 'https://b.example/s', verificationMethod: 'header' })
  await api.verify('SUB1', 'query')
  await api.remove('SUB1')

  expect(created).toStrictEqual({
    subscription: {
      id: 'SUB1',
      sink: 'https://a.example/s',
      verified: false,
      types: ['x.y'],
      mapping: 'binary',
    },
    warnings: [],
  })
  const base = '/c/12345/subscriptions'
  const calls = server.requests.map(({ method, path, body }) => [
    method,
    path,
    body === '' ? null : JSON.parse(body),
  ])
  expect(calls).toStrictEqual([
    [
      'POST',
      base,
      {
        data: {
          sink: request.sink,
          types: request.types,
          config: { mapping: 'structured' },
          verification_method: 'query',
        },
      },
    ],
    ['GET', `${base}/SUB1`, null],
    ['PUT', `${base}/SUB1`, { data: { sink: 'https://b.example/s', verification_method: 'header' } }],
    ['POST', `${base}/SUB1/verify`, { data: { verification_method: 'query' } }],
    ['DELETE', `${base}/SUB1`, null],
  ])
  for (const { headers } of server.requests) expect(headers.authorization).toBe(`Bearer ${token}`)
})

test('companies are told without their access tokens', async () => {
  const company = { id: 7, name: 'Rossi S.r.l.', access_token: 'secret' }
  const controlled = { id: 8, name: 'Bianchi S.n.c.', access_token: 'secret' }
  const companies = [{ ...company, controlled_companies: [controlled] }]
  const server = await startHttpServer(always(200, { data: { companies } }))
  const { api } = createApi(server.url)

  expect(await api.companies()).toStrictEqual([
    { id: 7, name: 'Rossi S.r.l.' },
    { id: 8, name: 'Bianchi S.n.c.' },
  ])
})
