/** Talks to the private API: of the running daemon of this project or, without one, on its store directly. */

import { request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { DaemonFile } from '../contract/api.ts'
import type { Config } from '../config/config.ts'
import type { Secrets } from '../config/environment.ts'
import { isPlainObject } from '../config/kinds.ts'
import { FicDevError, printedErrorCodes, type ErrorCode } from '../errors.ts'
import { explainFailure } from '../http/exchange.ts'
import { findDaemon } from './find-daemon.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

export interface Client {
  /** The daemon that answers; `null` when the store is used directly. */
  daemon: DaemonFile | null
  /**
   * The answer has the type that `contract/` gives it: both sides are of one version.
   * @throws FicDevError with the API's own code and words.
   */
  request<Answer>(method: Method, path: string, body?: unknown): Promise<Answer>
  /** Raw data, as it comes. */
  download(path: string): AsyncIterable<Uint8Array>
  /** Raw data, sent as it comes. */
  upload<Answer>(path: string, body: AsyncIterable<Uint8Array>, contentType: string): Promise<Answer>
  close(): Promise<void>
}

const answerTimeoutMs = 10_000 // a machine that builds and tests meanwhile is slow

export interface ConnectOptions {
  /** For what asks Fatture in Cloud where no daemon runs that has a token of its own. */
  secrets?: Secrets
  /** Whether the command may create the project's data dir and keys. What only reads creates nothing. */
  creates?: boolean
}

export async function connect(config: Config, options: ConnectOptions = {}): Promise<Client> {
  try {
    const client = await connectToDaemon(config)
    if (client) return client
  } catch (error) {
    // A daemon that hangs holds the store; the file of a killed one may name a program that answers nothing.
    return connectToStore(config, options).catch(() => Promise.reject(error as Error))
  }
  return connectToStore(config, options)
}

/** The client of the running daemon; `null` when there is none. */
export async function connectToDaemon(config: Config): Promise<Client | null> {
  const daemon = await findDaemon(config.dataDir, answerTimeoutMs)
  if (daemon === null) return null
  return createClient(
    daemon,
    (init) => askDaemon(daemon, init),
    async () => {},
  )
}

/** @throws FicDevError `NO_DAEMON` */
export async function requireDaemon(config: Config): Promise<Client> {
  const client = await connectToDaemon(config)
  if (client) return client
  throw new FicDevError('NO_DAEMON', `No fic-dev is running for ${config.dataDir}.`, {
    hint: 'Start it in another terminal: fic-dev --emulator',
  })
}

async function connectToStore(config: Config, { secrets, creates = false }: ConnectOptions): Promise<Client> {
  const { openOffline } = await import('../daemon.ts')
  const offline = await openOffline(config, { secrets, creates })
  return createClient(
    null,
    async ({ method, path, body, contentType }) => {
      const answer = await offline.inject({
        method,
        url: path,
        ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : Readable.from(body) }),
        ...(contentType === undefined ? {} : { headers: { 'content-type': contentType } }),
      })
      return { status: answer.statusCode, body: once(answer.rawPayload) }
    },
    () => offline.close(),
  )
}

interface Ask {
  method: Method
  path: string
  body?: string | AsyncIterable<Uint8Array>
  contentType?: string
}

interface Answer {
  status: number
  body: AsyncIterable<Uint8Array>
}

function createClient(
  daemon: DaemonFile | null,
  ask: (ask: Ask) => Promise<Answer>,
  close: () => Promise<void>,
): Client {
  const json = async <Content>(asked: Ask): Promise<Content> => {
    const answer = await ask(asked)
    const text = await textOf(answer.body)
    if (answer.status >= 400) throw toError(answer.status, text)
    return (text === '' ? null : JSON.parse(text)) as Content
  }
  return {
    daemon,
    request: (method, path, body) =>
      json({
        method,
        path,
        ...(body === undefined ? {} : { body: JSON.stringify(body), contentType: 'application/json' }),
      }),
    upload: (path, body, contentType) => json({ method: 'POST', path, body, contentType }),
    async *download(path) {
      const answer = await ask({ method: 'GET', path })
      if (answer.status >= 400) throw toError(answer.status, await textOf(answer.body))
      yield* answer.body
    },
    close,
  }
}

/** Bodies are streams in both directions. Not by `fetch`, which NODE_USE_ENV_PROXY sends through a proxy. */
function askDaemon(daemon: DaemonFile, { method, path, body, contentType }: Ask): Promise<Answer> {
  return new Promise<Answer>((resolve, reject) => {
    const sent = request(new URL(path, daemon.inspectorUrl), {
      method,
      agent: false,
      headers: {
        authorization: `Bearer ${daemon.token}`,
        // A server that is to close the connection does so before a refused body is sent, and its answer is lost.
        connection: 'keep-alive',
        ...(contentType === undefined ? {} : { 'content-type': contentType }),
      },
    })
    sent.once('response', (response) => resolve({ status: response.statusCode ?? 0, body: response }))
    sent.on('error', reject)
    if (body === undefined || typeof body === 'string') sent.end(body)
    // After an early answer, which refuses it, the rest is not needed.
    else pipeline(Readable.from(body), sent).catch(reject)
  }).catch((error: unknown) => {
    throw new FicDevError(
      'DAEMON_UNREACHABLE',
      `The running fic-dev (process ${daemon.pid}) closed the connection: ${explainFailure(error)}.`,
      {
        hint: 'Look at its terminal, and start it again if it has ended.',
        cause: error,
      },
    )
  })
}

function toError(status: number, text: string): FicDevError {
  const error = readApiError(text)
  if (!error) return new FicDevError('DAEMON_UNREACHABLE', `fic-dev answered ${status} without saying why.`)
  return new FicDevError(error.code, error.message, error.hint === undefined ? {} : { hint: error.hint })
}

function readApiError(text: string): { code: ErrorCode; message: string; hint?: string } | null {
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch {
    return null
  }
  const error = isPlainObject(content) && isPlainObject(content['error']) ? content['error'] : null
  if (!error || typeof error['message'] !== 'string') return null
  const code = String(error['code']).replace('FIC_DEV_E_', '')
  return {
    code: isErrorCode(code) ? code : 'BAD_REQUEST',
    message: error['message'],
    ...(typeof error['hint'] === 'string' ? { hint: error['hint'] } : {}),
  }
}

function isErrorCode(code: string): code is ErrorCode {
  return printedErrorCodes.includes(`FIC_DEV_E_${code}`)
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
