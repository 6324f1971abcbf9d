/**
 * Talks to the private API: of the running daemon of this project or, without one, on its store directly. The store is
 * held for one request only, and never while a command prints, asks or reads its input.
 */

import { request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { DaemonFile } from '../contract/api.ts'
import type { Config } from '../config/config.ts'
import type { Offline } from '../daemon.ts'
import type { Secrets } from '../config/environment.ts'
import { isPlainObject } from '../config/kinds.ts'
import { errorCodeOf, FicDevError } from '../errors.ts'
import { explainFailure } from '../http/exchange.ts'
import { findDaemon } from '../daemon/find-daemon.ts'
import type { Invocation } from './command.ts'
import { noteLine } from './output.ts'
import { spool } from './spool.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

export interface Client {
  /** The daemon that answers; `null` if the store is used directly. */
  readonly daemon: DaemonFile | null
  /**
   * The answer has the type that `contract/` gives it: both sides are of one version.
   * @throws FicDevError with the API's own code and words.
   */
  request<Answer>(method: Method, path: string, body?: unknown): Promise<Answer>
  /** Raw data, as it comes. From the store it is complete before the first part is returned. */
  download(path: string): AsyncIterable<Uint8Array>
  /** Raw data, sent as it comes. */
  upload<Answer>(path: string, body: AsyncIterable<Uint8Array>, contentType: string): Promise<Answer>
  /** For many small requests: without a daemon, the store is held until `work` ends, which must wait for nothing else. */
  inOneGo<Result>(work: () => Promise<Result>): Promise<Result>
}

const answerTimeoutMs = 10_000 // a machine that builds and tests meanwhile is slow

export interface ConnectOptions {
  /** For what asks Fatture in Cloud where no daemon runs that has a token of its own. */
  secrets?: Secrets
  /** Whether the command may create the project's data dir and keys. What only reads creates nothing. */
  creates?: boolean
}

/** A daemon that starts or ends after this is found with the next request. */
export async function connect(
  { config, output }: Pick<Invocation, 'config' | 'output'>,
  options: ConnectOptions = {},
): Promise<Client> {
  let hung: unknown = null
  try {
    const client = await connectToDaemon(config)
    if (client) return client
  } catch (error) {
    // A daemon that hangs holds the store; the file of a killed one may name a program that answers nothing.
    hung = error
  }
  const onWait = (says: string) => output.say(noteLine(says, output.colors))
  return createClient(createStoreAccess({ config, ...options, hung, onWait }))
}

/** The client of the running daemon; `null` if there is none. */
export async function connectToDaemon(config: Config): Promise<Client | null> {
  const daemon = await findDaemon(config.dataDir, answerTimeoutMs)
  return daemon && createClient(toAccess(daemon))
}

/** @throws FicDevError `NO_DAEMON` */
export async function requireDaemon(config: Config): Promise<Client> {
  const client = await connectToDaemon(config)
  if (client) return client
  throw new FicDevError('NO_DAEMON', `No fic-dev is running for ${config.dataDir}.`, {
    hint: 'Start it in another terminal: fic-dev start (without an account: fic-dev start --emulator)',
  })
}

/** The way to an answer. `answer` is done with the body when it resolves. */
interface Access {
  daemon(): DaemonFile | null
  use<Result>(ask: Ask, answer: (answer: Answer) => Promise<Result>): Promise<Result>
  /** Whether the body may be read as slowly as the reader of stdout likes. */
  isPatient(): boolean
  inOneGo: Client['inOneGo']
}

function toAccess(daemon: DaemonFile): Access {
  return {
    daemon: () => daemon,
    use: async (ask, answer) => answer(await askDaemon(daemon, ask)),
    isPatient: () => true,
    inOneGo: (work) => work(),
  }
}

interface StoreAccessOptions extends ConnectOptions {
  config: Config
  /** Why a daemon that seems to run did not answer. */
  hung: unknown
  onWait(says: string): void
}

function createStoreAccess({ config, secrets, creates = false, hung, onWait }: StoreAccessOptions): Access {
  /** A daemon that was started since. */
  let started: Access | null = null
  let kept: Offline | null = null
  let isKeeping = false

  async function open(ask: Ask): Promise<Offline | DaemonFile> {
    const { openOffline, openWhenFree } = await import('../daemon.ts')
    const { method, path: url, body } = ask
    const request = { method, url, ...(typeof body === 'string' && { payload: body }) }
    const opened = await openWhenFree(() => openOffline(config, { secrets, creates, request }), {
      dataDir: config.dataDir,
      wait: { onWait },
      async findHolder() {
        if (hung !== null) throw hung
        return findDaemon(config.dataDir, answerTimeoutMs)
      },
    })
    return 'value' in opened ? opened.value : opened.holder
  }

  return {
    daemon: () => started?.daemon() ?? null,
    isPatient: () => started !== null,
    async use(ask, answer) {
      if (started) return started.use(ask, answer)
      const found = kept ?? (await open(ask))
      if (!('inject' in found)) {
        started = toAccess(found)
        return started.use(ask, answer)
      }
      if (isKeeping) kept = found
      try {
        const { method, path, contentType } = ask
        return await answer(
          await found.inject({
            method,
            url: path,
            ...toPayload(ask),
            ...(contentType !== undefined && { headers: { 'content-type': contentType } }),
          }),
        )
      } finally {
        if (kept === null) await found.close()
      }
    },
    async inOneGo(work) {
      isKeeping = true
      try {
        return await work()
      } finally {
        isKeeping = false
        const last = kept
        kept = null
        await last?.close()
      }
    },
  }
}

function toPayload({ body }: Ask): { payload?: string | Readable } {
  if (body === undefined) return {}
  return { payload: typeof body === 'string' ? body : Readable.from(body) }
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

function createClient(access: Access): Client {
  const json = <Content>(asked: Ask): Promise<Content> =>
    access.use(asked, async ({ status, body }) => {
      const text = await textOf(body)
      if (status >= 400) throw toError(status, text)
      return (text === '' ? null : JSON.parse(text)) as Content
    })
  return {
    get daemon() {
      return access.daemon()
    },
    request: (method, path, body) =>
      json({
        method,
        path,
        ...(body === undefined ? {} : { body: JSON.stringify(body), contentType: 'application/json' }),
      }),
    upload: (path, body, contentType) => json({ method: 'POST', path, body, contentType }),
    async *download(path) {
      const content = await access.use({ method: 'GET', path }, async ({ status, body }) => {
        if (status >= 400) throw toError(status, await textOf(body))
        return access.isPatient() ? body : spool(body)
      })
      yield* content
    },
    inOneGo: access.inOneGo,
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
  return (
    readApiError(text) ??
    new FicDevError('DAEMON_UNREACHABLE', `fic-dev answered ${status} without saying why.`)
  )
}

function readApiError(text: string): FicDevError | null {
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch {
    return null
  }
  const error = isPlainObject(content) && isPlainObject(content['error']) ? content['error'] : null
  if (typeof error?.['message'] !== 'string') return null
  const { code, message, hint } = error
  return new FicDevError(errorCodeOf(String(code), 'BAD_REQUEST'), message, {
    hint: typeof hint === 'string' ? hint : undefined,
  })
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
