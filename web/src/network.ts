/** Keeps the page's state in step with the daemon: fetches what is shown, follows the stream, comes back after a loss. */

import type { ReplayRequest, TriggerRequest } from '../../src/contract/api.ts'
import type { StreamMessage } from '../../src/contract/stream.ts'
import {
  RequestFailure,
  fetchNotification,
  fetchPage,
  fetchStatus,
  proveSession,
  sendReplay,
  sendTrigger,
} from './api.ts'
import { downloadBody } from './download.ts'
import type { Store } from './store.ts'

/** A locked page looks for a session this often, so that opening the link in another tab is enough. */
const lockedRetryMs = 3_000
const longestPauseMs = 10_000
/** What comes within one frame becomes one change of the page. */
const frameMs = 16
/** A filtered list is fetched again at most this often while notifications stream in. */
const filteredRefreshMs = 500
/** So many rows stay in step after a reconnect; older ones come again by scrolling. */
const renewedRows = 500

type Timer = ReturnType<typeof setTimeout> | undefined

export class Network {
  readonly #store: Store
  #socket: WebSocket | null = null
  #connecting = false
  #closed = false
  #failures = 0
  #retry: Timer
  #frame: Timer
  #refresh: Timer
  #arrived: StreamMessage[] = []
  #loadingOlder = false

  constructor(store: Store) {
    this.#store = store
  }

  /** Resolves when the first answers are here, or there were none. */
  async start(): Promise<void> {
    window.addEventListener('focus', this.retryNow)
    window.addEventListener('online', this.retryNow)
    await this.#connect()
  }

  close(): void {
    this.#closed = true
    for (const timer of [this.#retry, this.#frame, this.#refresh]) clearTimeout(timer)
    window.removeEventListener('focus', this.retryNow)
    window.removeEventListener('online', this.retryNow)
    this.#leave()
  }

  /** Connects, or cuts the wait for the next attempt short. */
  readonly retryNow = (): void => {
    void this.#connect()
  }

  /** Opens a notification's detail, or closes it. */
  open(seq: number | null): void {
    const { state, dispatch } = this.#store
    if (seq === state().opened) return
    dispatch({ type: 'open', seq })
    if (seq !== null) this.#fetchDetail(seq).catch(this.#say)
  }

  filter(query: string): void {
    if (query === this.#store.state().query) return
    this.#store.dispatch({ type: 'query', query })
    this.#fetchList().catch(this.#say)
  }

  /** Lets the list stand still, or go on with all that came meanwhile. */
  pause(paused: boolean): void {
    this.#store.dispatch({ type: 'paused', paused })
    if (!paused) void this.#renew()
  }

  /** Whether somebody reads further down; who comes back to the top sees what was only counted. */
  readDeep(deep: boolean): void {
    const { state, dispatch } = this.#store
    if (state().deep === deep) return
    dispatch({ type: 'deep', deep })
    if (!deep && !state().paused && state().held > 0) void this.#renew()
  }

  /** Asks how the parts stand; the stream does not tell everything. */
  renewStatus(): void {
    this.#fetchStatus().catch(this.#say)
  }

  /** Says that something failed which a person has asked for; gives whether it went well. */
  async attempt(run: () => Promise<unknown>): Promise<boolean> {
    try {
      await run()
      return true
    } catch (error) {
      this.#say(error)
      return false
    }
  }

  /** Does nothing when all rows are here or a page is on its way. */
  loadOlder(): void {
    const { state, dispatch } = this.#store
    const { nextBefore, query, link } = state()
    if (this.#loadingOlder || nextBefore === null || link.phase !== 'live') return
    this.#loadingOlder = true
    fetchPage(query, nextBefore)
      .then((page) => dispatch({ type: 'older', page, query }), this.#say)
      .finally(() => {
        this.#loadingOlder = false
      })
  }

  async replay(seq: number, request: ReplayRequest): Promise<void> {
    try {
      this.#store.dispatch({ type: 'delivery', delivery: await sendReplay(seq, request) })
    } catch (error) {
      this.#say(error)
    }
  }

  /** Hands the raw bytes of a body to the browser as a file. */
  downloadBody(seq: number): void {
    void this.attempt(() => downloadBody(seq))
  }

  /** Whether the emulator took it. */
  trigger(request: TriggerRequest): Promise<boolean> {
    return this.attempt(() => sendTrigger(request))
  }

  async #connect(): Promise<void> {
    clearTimeout(this.#retry)
    if (this.#closed || this.#connecting || this.#socket) return
    this.#connecting = true
    try {
      // A refused WebSocket does not tell its status, so ordinary requests come first.
      const { loaded } = this.#store.state()
      await Promise.all([this.#fetchStatus(), ...(loaded ? [] : [this.#fetchList()])])
      const proof = await proveSession()
      if (!this.#closed) this.#follow(proof)
    } catch (error) {
      this.#comeBack(error)
    } finally {
      this.#connecting = false
    }
  }

  #follow(proof: string): void {
    const origin = location.origin.replace(/^http/, 'ws')
    const url = `${origin}/api/stream?view=row&after=${this.#store.state().lastSeq}`
    // A websocket of a browser has no other header for a proof. The server answers with the first protocol.
    const socket = new WebSocket(url, ['fic-dev', `fic-dev.${proof}`])
    this.#socket = socket
    socket.addEventListener('message', (event) => {
      if (this.#socket !== socket || typeof event.data !== 'string') return
      this.#arrived.push(JSON.parse(event.data) as StreamMessage)
      this.#frame ??= setTimeout(() => this.#flush(), frameMs)
    })
    socket.addEventListener('close', () => {
      if (this.#socket !== socket) return
      // The next server at this address may be another program: it has to prove itself first.
      window.pageSession.forgetProof()
      this.#leave()
      this.#comeBack(null)
    })
  }

  #leave(): void {
    const socket = this.#socket
    this.#socket = null
    socket?.close()
    this.#flush()
  }

  #flush(): void {
    clearTimeout(this.#frame)
    this.#frame = undefined
    const messages = this.#arrived
    this.#arrived = []
    if (messages.length > 0) this.#store.dispatch(...messages)
    const types = new Set(messages.map((message) => message.type))
    const { opened } = this.#store.state()
    // The stream says that there is an answer; the answer itself is part of the detail.
    const isAnswered = messages.some(
      (message) => message.type === 'delivery' && message.delivery.seq === opened,
    )
    if (opened !== null && isAnswered) this.#fetchDetail(opened).catch(this.#say)
    if (types.has('hello')) this.#failures = 0
    // Another public URL is another sink URL, which only the whole status tells.
    if (types.has('tunnel')) this.#fetchStatus().catch(this.#say)
    // The stream repeats notifications but not deliveries, so what is shown is fetched again.
    if (types.has('hello') || types.has('lagged')) void this.#renew()
    else if (types.has('notification') && this.#store.state().query && !this.#store.state().paused) {
      this.#refresh ??= setTimeout(() => void this.#renew(), filteredRefreshMs)
    }
  }

  #comeBack(error: unknown): void {
    if (this.#closed) return
    const locked = error instanceof RequestFailure && error.status === 401
    this.#failures += 1
    const pauseMs = locked ? lockedRetryMs : Math.min(longestPauseMs, 250 * 2 ** Math.min(this.#failures, 8))
    const atMs = Date.now()
    this.#store.dispatch(locked ? { type: 'locked' } : { type: 'lost', atMs, retryAtMs: atMs + pauseMs })
    clearTimeout(this.#retry)
    this.#retry = setTimeout(this.retryNow, pauseMs)
  }

  /** Fetches the list and the opened notification again. */
  async #renew(): Promise<void> {
    clearTimeout(this.#refresh)
    this.#refresh = undefined
    try {
      await this.#fetchList()
      const { opened } = this.#store.state()
      if (opened !== null) await this.#fetchDetail(opened)
    } catch (error) {
      this.#say(error)
    }
  }

  async #fetchStatus(): Promise<void> {
    this.#store.dispatch({ type: 'status', status: await fetchStatus() })
  }

  async #fetchList(): Promise<void> {
    const { query, lastSeq, rows, loaded } = this.#store.state()
    const wanted = loaded ? Math.min(rows.length, renewedRows) : 0
    const page = await fetchPage(query, null).catch((error: unknown) => this.#misread(query, error))
    if (page === null) return
    while (page.items.length < wanted && page.nextBefore !== null) {
      const next = await fetchPage(query, page.nextBefore)
      page.items.push(...next.items)
      page.nextBefore = next.nextBefore
    }
    this.#store.dispatch({ type: 'newest', page, query, asOf: lastSeq })
  }

  /** A filter that is not understood, as it may be while somebody types, is no failure. */
  #misread(query: string, error: unknown): null {
    if (!(error instanceof RequestFailure) || error.status !== 400) throw error
    this.#store.dispatch({ type: 'misread', query, text: error.message })
    return null
  }

  async #fetchDetail(seq: number): Promise<void> {
    try {
      this.#store.dispatch({ type: 'detail', notification: await fetchNotification(seq) })
    } catch (error) {
      if (!(error instanceof RequestFailure) || error.status !== 404) throw error
      this.#store.dispatch({ type: 'absent', seq })
    }
  }

  /** Tells the person what failed. A lost daemon needs no words here: the page says so all the time. */
  readonly #say = (error: unknown): void => {
    const failure = error instanceof RequestFailure ? error : null
    if (failure?.status === 401) {
      this.#leave()
      return this.#comeBack(failure)
    }
    if (failure?.status === 0) return
    const text = error instanceof Error ? error.message : String(error)
    this.#store.dispatch({ type: 'notice', notice: { tone: 'bad', text, hint: failure?.hint ?? null } })
  }
}
