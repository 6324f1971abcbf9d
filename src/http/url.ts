/** Reads the http(s) URLs that people write, and says what is wrong with one. Pure. */

/** `problem` completes a sentence: `-f is "ftp://x", which <problem>`. `isList`: the text has several URLs. */
export type UrlReading = { url: URL } | { problem: string; isList?: true }

const credentialsAsHeader =
  'send them as a header: --header "authorization: Basic …", or headers in the config file'

/**
 * An http(s) URL without user name, password and fragment. A port (`3000`), and a name with a port or a dot, need no
 * scheme: `localhost:3000/x`, `web:3000/x`, `app.example.com/x`.
 */
export function readUrl(text: string, withoutCredentials = credentialsAsHeader): UrlReading {
  if (/,\s*(?:https?:|localhost|\d{2,5}\b)/i.test(text))
    return { problem: 'contains several URLs; name each of them separately', isList: true }
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase()
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https')
    return { problem: `has the scheme "${scheme}", not http or https` }
  const complete =
    scheme === undefined ? `http://${/^\d{1,5}$/.test(text) ? `localhost:${text}` : text}` : text
  if (!URL.canParse(complete)) return { problem: 'is not an http(s) URL' }
  const url = new URL(complete)
  if (url.username !== '' || url.password !== '')
    return { problem: `has a user name or password in it; ${withoutCredentials}` }
  // `forwardTo: "webhooks"` is a slip, not a host.
  if (scheme === undefined && !/^\d+$|^localhost\b|^\[|^[^/?#]*(?:\.|:\d)/i.test(text)) {
    const word = /^[\w-]+(?=\/|$)/.exec(text)?.[0]
    return {
      problem: word ? `names no host; add a port, as in "${word}:3000"` : 'is not an http(s) URL',
    }
  }
  url.hash = ''
  return { url }
}

/** The text as it may be shown: without a password. */
export function showUrl(text: string): string {
  // To the last @: a password may hold one, or a slash.
  return JSON.stringify(text.replace(/^([a-z][a-z\d+.-]*:\/\/)?\S*@/i, '$1…@'))
}

/** The port of a URL, the scheme's own if none is written. */
export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port)
  return url.protocol === 'https:' ? 443 : 80
}
