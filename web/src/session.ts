/**
 * The session of this browser: a key that scripts can use and cannot read, kept for this origin, port included. Before
 * the page sends anything that comes from it, the server proves that it holds the same key. The page's own proof is good
 * for one run of the daemon, so that another program that gets this port later learns nothing. See
 * docs/decisions/session-token.md.
 */

import type { ProofAnswer } from '../../src/contract/api.ts'

interface Stored {
  id: string
  key: CryptoKey
}

/** This browser has no session, or it was revoked or has expired. */
class SignedOut extends Error {
  override readonly name = 'SignedOut'
}

const databaseName = 'fic-dev'
const place = 'session'
/** What a page of another program left open at this address must not hold up the sign-in. */
const storageMs = 1_000

export class PageSession {
  /** For a browser whose storage is off or was spoiled: the session lasts as long as the page. */
  #started: Stored | null = null
  #proof: Promise<string> | null

  constructor() {
    const meta = document.querySelector('meta[name="fic-dev-session"]')
    this.#proof = meta ? this.#signIn(meta) : null
  }

  /** The proof for this run of the daemon, after the daemon has proven itself. */
  prove(): Promise<string> {
    const proof = (this.#proof ??= this.#renew())
    proof.catch(() => {
      if (this.#proof === proof) this.#proof = null
    })
    return proof
  }

  /** After a lost connection: the next server may be another one. */
  forgetProof(): void {
    this.#proof = null
  }

  async fetch(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers)
    headers.set('authorization', `Session ${await this.prove()}`)
    try {
      return await fetch(path, { ...init, headers, credentials: 'omit', cache: 'no-store' })
    } catch (error) {
      this.forgetProof()
      throw error
    }
  }

  /** The link's answer holds the session once; it leaves the document and the address bar. */
  async #signIn(meta: Element): Promise<string> {
    const [id = '', key = '', run = ''] = (meta.getAttribute('content') ?? '').split('.')
    meta.remove()
    history.replaceState(null, '', `/${location.hash}`)
    const algorithm = { name: 'HMAC', hash: 'SHA-256' }
    const session = {
      id,
      key: await crypto.subtle.importKey('raw', toBytes(key), algorithm, false, ['sign', 'verify']),
    }
    this.#started = session
    await within(save(session)).catch(() => {})
    return toProof(session, run)
  }

  async #renew(): Promise<string> {
    const session = (await within(load()).catch(() => null)) ?? this.#started
    if (session === null) throw new SignedOut()
    const nonce = toText(crypto.getRandomValues(new Uint8Array(32)))
    const response = await fetch(`/api/proof?${new URLSearchParams({ nonce, session: session.id })}`, {
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'error',
    })
    if (response.status === 401) throw new SignedOut()
    const { proof = '', run = '' } = (await response.json()) as Partial<ProofAnswer>
    const said = toMessage('fic-dev server', location.origin, nonce, run)
    const isOurs = await crypto.subtle.verify('HMAC', session.key, toBytes(proof), said)
    if (!isOurs) throw new Error('Another program answers at the address of fic-dev.')
    return toProof(session, run)
  }
}

async function toProof({ id, key }: Stored, run: string): Promise<string> {
  const mac = await crypto.subtle.sign('HMAC', key, toMessage('fic-dev page', location.origin, run))
  return `${id}.${toText(new Uint8Array(mac))}`
}

function toMessage(...lines: string[]): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(lines.join('\n'))
}

/** The latest link decides. What another program left at this address is thrown away. */
async function save(session: Stored): Promise<void> {
  try {
    await store(session)
  } catch {
    await settle(indexedDB.deleteDatabase(databaseName))
    await store(session)
  }
}

async function store(session: Stored): Promise<void> {
  const database = await open()
  try {
    await settle(database.transaction(place, 'readwrite').objectStore(place).put(session, place))
  } finally {
    database.close()
  }
}

async function load(): Promise<Stored | null> {
  const database = await open()
  try {
    const found = await settle(database.transaction(place).objectStore(place).get(place))
    return (found as Stored | undefined) ?? null
  } finally {
    database.close()
  }
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(databaseName, 1)
  request.addEventListener('upgradeneeded', () => request.result.createObjectStore(place))
  return settle(request)
}

function settle<Result>(request: IDBRequest<Result> | IDBOpenDBRequest): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result as Result))
    request.addEventListener('error', () => {
      reject(request.error ?? new Error('The storage of the browser failed.'))
    })
  })
}

function within<Result>(work: Promise<Result>): Promise<Result> {
  const late = new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(new Error('The storage of the browser does not answer.')), storageMs)
  })
  return Promise.race([work, late])
}

function toText(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

function toBytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
}
