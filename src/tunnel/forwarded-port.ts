/** The public addresses that GitHub Codespaces and Gitpod give to the ports of a workspace: no tunnel is needed there. */

import type { Variables } from './program.ts'

export interface ForwardedPort {
  /** Without a trailing slash. */
  url: string
  place: 'GitHub Codespaces' | 'Gitpod'
  /** The line that opens the port to everybody; until then only its owner gets in. */
  openWith: string
}

/** `null` where this is no such workspace. */
export function readForwardedPort(environment: Variables, port: number): ForwardedPort | null {
  const codespace = environment['CODESPACE_NAME']
  const domain = environment['GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN']
  if (codespace && domain) {
    return {
      url: `https://${codespace}-${port}.${domain}`,
      place: 'GitHub Codespaces',
      openWith: `gh codespace ports visibility ${port}:public -c ${codespace}`,
    }
  }
  const workspace = environment['GITPOD_WORKSPACE_URL']
  if (!workspace || !URL.canParse(workspace)) return null
  return {
    url: `https://${port}-${new URL(workspace).host}`,
    place: 'Gitpod',
    openWith: `gp ports visibility ${port}:public`,
  }
}
