/** Finds which tunnels this machine can open without an installation. */

import { accessSync, constants, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import { readForwardedPort } from './forwarded-port.ts'
import { ngrokPackage } from './providers/ngrok.ts'
import type { Variables } from './program.ts'

export interface InstalledTunnel {
  /** As in `--tunnel <name>`. */
  name: string
  about: string
}

/** The built-in one comes first. `projectDir` is where a package of the project is looked for. */
export function findInstalledTunnels(environment: Variables, projectDir: string): InstalledTunnel[] {
  const has = (program: string) => isOnPath(program, environment)
  const place = readForwardedPort(environment, 0)?.place
  const tunnels: (InstalledTunnel & { isHere: boolean })[] = [
    { name: 'localtunnel', about: 'built in, a free public service', isHere: true },
    { name: 'forwarded-port', about: `the public address that ${place} gives to a port`, isHere: !!place },
    { name: 'cloudflared', about: 'installed; Cloudflare, no account needed', isHere: has('cloudflared') },
    { name: 'ngrok', about: 'installed; needs NGROK_AUTHTOKEN', isHere: hasNgrok(projectDir) },
    { name: 'tailscale', about: 'installed; Tailscale Funnel', isHere: has('tailscale') },
    { name: 'ssh', about: 'installed; needs a server', isHere: has('ssh') },
  ]
  return tunnels.filter(({ isHere }) => isHere).map(({ name, about }) => ({ name, about }))
}

function isOnPath(program: string, environment: Variables): boolean {
  // On Windows, the variable has another spelling.
  const folders = environment['PATH'] ?? environment['Path'] ?? ''
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : ['']
  return folders
    .split(delimiter)
    .filter((folder) => folder !== '')
    .some((folder) => endings.some((ending) => isExecutable(join(folder, program + ending))))
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

/** In the project, or beside fic-dev itself. */
function hasNgrok(projectDir: string): boolean {
  return [join(projectDir, 'package.json'), import.meta.url].some((from) => {
    try {
      createRequire(from).resolve(ngrokPackage)
      return true
    } catch {
      return false
    }
  })
}
