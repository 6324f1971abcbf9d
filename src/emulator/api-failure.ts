/** The refusals of the API in the shapes that Fatture in Cloud gives them (docs/protocol.md#7-api-error-responses). */

/** Thrown by whatever refuses a request; the server turns it into the answer. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure'
  readonly status: number
  readonly body: unknown
  readonly headers: Record<string, string>

  constructor(
    status: number,
    message: string,
    more: { body?: unknown; headers?: Record<string, string> } = {},
  ) {
    super(message)
    this.status = status
    this.body = more.body ?? { error: { message } }
    this.headers = more.headers ?? {}
  }

  /** In words for a person: the message, and what was wrong with each field. */
  explain(): string {
    const { error } = this.body as { error?: { validation_result?: Record<string, string[]> } }
    return [this.message, ...Object.values(error?.validation_result ?? {}).flat()].join(' ')
  }
}

export function unauthorized(): ApiFailure {
  return new ApiFailure(401, 'Unauthorized.')
}

/** The same refusal as the OAuth layer writes it. */
export function unauthorizedByOAuth(): ApiFailure {
  const description = 'The access token is expired.'
  return new ApiFailure(401, description, {
    body: { error: 'unauthorized', error_description: description },
  })
}

export function webhooksNotAllowed(): ApiFailure {
  const message = 'This app is not enabled to register webhooks'
  return new ApiFailure(403, message, { body: { error: { message, code: 'NO_PERMISSION' } } })
}

export function missingScopes(scopes: string[]): ApiFailure {
  return new ApiFailure(
    403,
    `The token is missing these scopes: ${scopes.map((scope) => `${scope}:r`).join(', ')}.`,
  )
}

export function notFound(what: string): ApiFailure {
  return new ApiFailure(404, `${what} not found.`)
}

export function invalidRequest(problems: Record<string, string[]>): ApiFailure {
  const message = 'Invalid request.'
  return new ApiFailure(422, message, { body: { error: { message, validation_result: problems } } })
}

/** `Retry-After` in whole seconds, rounded up. */
export function tooEarly(status: 403 | 429, message: string, waitMs: number): ApiFailure {
  return new ApiFailure(status, message, { headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) } })
}
