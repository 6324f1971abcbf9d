/** The address of a NATS server as people write it. Pure. */

/** `nats://host:4222` or `tls://host:4222`, complete; a word for what is wrong otherwise. */
export function readNatsAddress(text: string): { url: string } | { wrong: 'form' | 'credentials' } {
  const complete = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `nats://${text}`
  // Before it is read: a password may hold what a URL may not.
  if (complete.includes('@')) return { wrong: 'credentials' }
  if (!URL.canParse(complete)) return { wrong: 'form' }
  const { protocol, hostname, port, pathname, search, hash } = new URL(complete)
  const isPlain = ['', '/'].includes(pathname) && search === '' && hash === ''
  if (!['nats:', 'tls:'].includes(protocol) || hostname === '' || !isPlain) return { wrong: 'form' }
  return { url: `${protocol}//${hostname}:${port || '4222'}` }
}

/** What the store calls the stream of a server: the same with and without TLS. */
export function toShareTarget(url: string): string {
  return url.replace(/^[a-z]+:/, 'nats:')
}
