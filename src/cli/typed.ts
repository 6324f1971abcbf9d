/** Commands in texts for people, as they can be typed on this machine: `npx fic-dev list` where `fic-dev` is not on the PATH. */

import path from 'node:path'

let start = 'fic-dev'
let commands = /(?!)/

/** To be called once: how fic-dev is started here, and the names of its commands. */
export function setTyped(startedAs: string, names: readonly string[]): void {
  start = startedAs
  commands = new RegExp(
    `(?<![\\w./@-]|npx |exec |yarn |bunx )fic-dev(?= (?:(?:${names.join('|')})\\b|--?[a-z]))`,
    'g',
  )
}

/** The text with each command as it can be typed here. */
export function typed(text: string): string {
  return start === 'fic-dev' ? text : text.replace(commands, start)
}

/**
 * What starts fic-dev in this terminal. `agent` is the package manager that runs it, as in `npm_config_user_agent`, or
 * empty; `script` is the file that Node runs, as it was named.
 */
export function startOf(agent: string, script: string): string {
  const manager = /^(npm|pnpm|yarn|bun)\//.exec(agent)?.[1]
  if (manager === 'pnpm') return 'pnpm exec fic-dev'
  if (manager === 'yarn') return 'yarn fic-dev'
  if (manager === 'bun') return 'bunx fic-dev'
  if (manager === 'npm') return 'npx fic-dev'
  return isOfProject(script) ? 'npx fic-dev' : 'fic-dev'
}

/** A package of a project is in its node_modules; a global one has a link on the PATH. */
function isOfProject(script: string): boolean {
  const folders = path.dirname(script).split(/[\\/]/)
  const at = folders.indexOf('node_modules')
  if (at === -1) return false
  const rest = path.relative(folders.slice(0, at).join('/') || '/', process.cwd())
  return !rest.startsWith('..') && !path.isAbsolute(rest)
}
