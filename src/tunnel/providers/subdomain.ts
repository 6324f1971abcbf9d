/** The names that a localtunnel server accepts. */

/** What `isSubdomain` accepts, for messages. */
export const subdomainRule =
  '4 to 63 lower-case letters, digits and hyphens (with a hyphen at least 6), with a letter or digit at both ends'

/** A localtunnel server does not reject any other name: it never answers. */
export function isSubdomain(name: string): boolean {
  return /^(?:[a-z0-9][a-z0-9-]{4,61}[a-z0-9]|[a-z0-9]{4,63})$/.test(name)
}
