/** Writes `NOTICES.txt`: the license of each package inside the bundle. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Packages that are published without a license file, with the copyright holder that they name elsewhere. */
const withoutFile: Record<string, { license: 'MIT'; copyright: string; namedIn: string }> = {
  'abstract-logging': {
    license: 'MIT',
    copyright: 'James Sumners <james.sumners@gmail.com>',
    namedIn: 'the author of its package.json',
  },
  'agent-base': {
    license: 'MIT',
    copyright: '2013 Nathan Rajlich <nathan@tootallnate.net>',
    namedIn: 'its README',
  },
  'https-proxy-agent': {
    license: 'MIT',
    copyright: '2013 Nathan Rajlich <nathan@tootallnate.net>',
    namedIn: 'its README',
  },
  'react-remove-scroll-bar': {
    license: 'MIT',
    copyright: 'Anton Korzunov <thekashey@gmail.com>',
    namedIn: 'the author of its package.json',
  },
}

/** @throws Error if a package has no license text */
export function createNotices(folders: readonly string[]): string {
  const notices = folders.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return `${name} ${version} (${license})\n\n${licenseTextOf(folder, name, license)}\n`
  })
  return `fic-dev contains the following packages.\n\n${notices.join(`\n${'-'.repeat(80)}\n\n`)}`
}

function licenseTextOf(folder: string, name: string, license: string): string {
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry))
  if (file !== undefined) return readFileSync(join(folder, file), 'utf8').trim()
  const known = withoutFile[name]
  if (known === undefined || known.license !== license) {
    throw new Error(
      `${folder} has no license file, and its license is ${license}. Add its copyright line to notices.ts.`,
    )
  }
  // This package has the same license, so its own text serves as the standard text.
  const standard = readFileSync(new URL('LICENSE', import.meta.url), 'utf8').trim()
  return standard.replace(/^Copyright .*$/m, `Copyright (c) ${known.copyright}`)
}
