/** Calls the emulator's API as the documentation's curl lines do. */

export interface ApiAnswer {
  status: number
  headers: Headers
  // The shape is what the test is about.
  body: {
    data?: unknown
    warnings?: string[]
    error?: { message?: string; code?: string; validation_result?: unknown }
  }
}

export async function callApi(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  token = 'any-token',
): Promise<ApiAnswer> {
  const response = await fetch(url + path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? {} : (JSON.parse(text) as ApiAnswer['body']),
  }
}
