/** Links that can be clicked in a terminal (OSC 8), where it understands them; others would show the bytes. Pure. */

import type { Environment } from '../../config/environment.ts'

/** `FORCE_HYPERLINK` decides where the person has set it, as in other tools. */
export function supportsLinks(environment: Environment, isTerminal: boolean): boolean {
  const value = (name: string) => environment.get(name)?.value
  const forced = value('FORCE_HYPERLINK')
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  if (!isTerminal || value('TERM') === 'dumb' || environment.has('CI') || environment.has('NO_COLOR'))
    return false
  return (
    linkingPrograms.has(value('TERM_PROGRAM') ?? '') ||
    linkingTerminals.has(value('TERM') ?? '') ||
    // GNOME Terminal and its kin, from 0.50 on; Windows Terminal.
    Number(value('VTE_VERSION') ?? 0) >= 5000 ||
    environment.has('WT_SESSION')
  )
}

const linkingPrograms = new Set(['iTerm.app', 'WezTerm', 'vscode', 'ghostty', 'Hyper', 'rio', 'zed'])
const linkingTerminals = new Set(['xterm-kitty', 'xterm-ghostty', 'alacritty', 'foot', 'contour'])

/** The address shows as it is, so that it can be copied. It must hold no control character. */
export function toLink(url: string): string {
  return `\u001B]8;;${url}\u001B\\${url}\u001B]8;;\u001B\\`
}
