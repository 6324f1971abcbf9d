/** Asks the private API, with the proof of the page's session. */

import type {
  ApiError,
  EventTypeEntry,
  NotificationPage,
  ReplayRequest,
  TriggerAnswer,
  TriggerRequest,
} from '../../src/contract/api.ts'
import type { Delivery, Notification } from '../../src/contract/notification.ts'
import type { Status } from '../../src/contract/status.ts'
import type { PageSession } from './session.ts'

/** The daemon said no, or could not be asked (`status` 0). */
export class RequestFailure extends Error {
  override readonly name = 'RequestFailure'
  readonly status: number
  readonly hint: string | null

  constructor(status: number, message: string, hint: string | null) {
    super(message)
    this.status = status
    this.hint = hint
  }
}

/** Half of it is out of sight; `first.ts` asks for as many. */
const pageSize = 50

export function fetchStatus(): Promise<Status> {
  return get('/api/status')
}

/** Newest first, without headers, bodies and claims: the detail has them. */
export function fetchPage(query: string, before: number | null): Promise<NotificationPage> {
  const search = new URLSearchParams({ view: 'row', limit: String(pageSize) })
  if (query) search.set('q', query)
  if (before !== null) search.set('before', String(before))
  return get(`/api/notifications?${search}`)
}

export function fetchNotification(seq: number): Promise<Notification> {
  return get(`/api/notifications/${seq}`)
}

export async function fetchTypes(): Promise<EventTypeEntry[]> {
  const { items } = await get<{ items: EventTypeEntry[] }>('/api/types')
  return items
}

export function sendReplay(seq: number, request: ReplayRequest): Promise<Delivery> {
  return ask(`/api/notifications/${seq}/replay`, post(request))
}

export function sendTrigger(request: TriggerRequest): Promise<TriggerAnswer> {
  return ask('/api/trigger', post(request))
}

/** Where the raw bytes of a body are. */
export function bodyUrl(seq: number): string {
  return `/api/notifications/${seq}/body`
}

/** Asks one route. */
export function get<T>(path: string): Promise<T> {
  return ask(path, { headers: { accept: 'application/json' } })
}

/** Makes one route do something. */
export function send<T>(path: string, body: unknown): Promise<T> {
  return ask(path, post(body))
}

export function post(body: unknown): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(body),
  }
}

export async function ask<T>(path: string, init: RequestInit): Promise<T> {
  const response = await request(path, init)
  // A daemon that dies in the middle leaves half an answer.
  const answer: unknown = await response.json().catch(() => null)
  if (!response.ok) throw toFailure(response, answer)
  return answer as T
}

/** Asks for an answer that is read piece by piece. */
export async function openStream(
  path: string,
  init: RequestInit,
): Promise<ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>> {
  const response = await request(path, init)
  if (!response.ok || !response.body) throw toFailure(response, await response.json().catch(() => null))
  return response.body.getReader()
}

declare global {
  interface Window {
    /** What `first.ts` has asked for, by path. */
    firstAnswers?: Map<string, Promise<Response>>
    /** Made by `first.ts`, which needs it before this module is loaded. */
    pageSession: PageSession
  }
}

/** Each is taken once: what is asked again is to be fresh. */
function takeFirst(path: string, { method = 'GET' }: RequestInit): Promise<Response> | undefined {
  if (method !== 'GET') return undefined
  const answer = window.firstAnswers?.get(path)
  window.firstAnswers?.delete(path)
  return answer
}

async function request(path: string, init: RequestInit): Promise<Response> {
  try {
    const response = await (takeFirst(path, init) ?? window.pageSession.fetch(path, init))
    if (response.status !== 401) return response
    // Another run of the daemon wants another proof.
    window.pageSession.forgetProof()
    return await window.pageSession.fetch(path, init)
  } catch (error) {
    throw toRequestFailure(error)
  }
}

/** The proof of the page's session, for a request that is not made here. */
export async function proveSession(): Promise<string> {
  try {
    return await window.pageSession.prove()
  } catch (error) {
    throw toRequestFailure(error)
  }
}

function toRequestFailure(error: unknown): RequestFailure {
  if (error instanceof Error && error.name === 'SignedOut') {
    return new RequestFailure(401, 'This browser is not signed in.', 'Run "fic-dev open" for a link.')
  }
  return new RequestFailure(0, 'fic-dev does not answer.', 'Look at the terminal in which it runs.')
}

function toFailure({ status }: Response, answer: unknown): RequestFailure {
  const error = isApiError(answer) ? answer.error : null
  return new RequestFailure(status, error?.message ?? `fic-dev answered ${status}.`, error?.hint ?? null)
}

function isApiError(answer: unknown): answer is ApiError {
  return typeof answer === 'object' && answer !== null && 'error' in answer
}
