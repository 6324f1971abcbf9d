/**
 * What does not wait for the page's module: light or dark before the first paint, the session, and the questions whose
 * answers the first screen shows. They are on their way while the module is loaded and read. A script of its own,
 * because the policy forbids inline scripts.
 */

import { PageSession } from './session.ts'

/** Storage may be switched off; then the system decides. */
function readScheme(): string | null {
  try {
    return localStorage.getItem('fic-dev-color-scheme')
  } catch {
    return null
  }
}

const chosen = readScheme()
const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
document.documentElement.setAttribute(
  'data-mantine-color-scheme',
  chosen === 'light' || chosen === 'dark' ? chosen : system,
)

const session = new PageSession()
window.pageSession = session

// As api.ts asks: it takes these answers where the paths are the same (a test holds that they are).
const query = new URLSearchParams(location.hash.split('?')[1]).get('q')
const list = new URLSearchParams({ view: 'row', limit: '50' })
if (query) list.set('q', query)
window.firstAnswers = new Map(
  ['/api/status', `/api/notifications?${list}`].map((path) => {
    const answer = session.fetch(path, { headers: { accept: 'application/json' } })
    // api.ts reports a failure.
    answer.catch(() => {})
    return [path, answer]
  }),
)
