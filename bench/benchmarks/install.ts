/** What a user downloads: the packed tarball, installed in an empty folder. */

import { execFileSync } from 'node:child_process'
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { benchDir, createFolder } from '../measure/process.ts'
import { toRow } from '../measure/row.ts'
import type { Benchmark } from './benchmark.ts'

/** Only told: what the same took before dependencies were bundled. */
const firstPackages = { reference: 'not bundled: 187' }
const firstMb = { reference: 'not bundled: 95 MB' }

export const install: Benchmark = async () => {
  const folder = createFolder()
  try {
    const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder]
    execFileSync('npm', pack, { cwd: dirname(benchDir), stdio: 'ignore' })
    const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'))
    writeFileSync(join(folder, 'package.json'), '{"private":true}')
    const flags = ['install', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`]
    execFileSync('npm', flags, { cwd: folder, stdio: 'ignore' })
    const packages = countPackages(join(folder, 'node_modules'))
    const natsFolder = join(folder, 'node_modules', '@nats-io')
    const natsPackages = isFolder(natsFolder) ? countPackages(natsFolder) : 0
    const mb = bytesIn(join(folder, 'node_modules')) / 1e6
    return [
      toRow({
        ...firstPackages,
        what: 'npm i: packages',
        unit: '',
        product: [packages],
        goal: { atMost: 30 },
      }),
      // Sharing is an optional peer: who does not share has none of it.
      toRow({
        reference: 'with sharing: 5',
        what: 'npm i: packages of NATS',
        unit: '',
        product: [natsPackages],
        goal: { atMost: 0 },
      }),
      toRow({ ...firstMb, what: 'npm i: size', unit: 'MB', product: [mb], goal: { atMost: 50 } }),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function countPackages(modules: string): number {
  const names = readdirSync(modules).filter((name) => !name.startsWith('.'))
  const nested = names.map((name) => {
    if (name.startsWith('@')) return countPackages(join(modules, name))
    const own = join(modules, name, 'node_modules')
    return 1 + (isFolder(own) ? countPackages(own) : 0)
  })
  return nested.reduce((sum, count) => sum + count, 0)
}

/** A file with two names (esbuild's program has two) counts once, as it does on the disk. */
function bytesIn(path: string, seen = new Set<number>()): number {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined || seen.has(found.ino)) return 0
  seen.add(found.ino)
  if (!found.isDirectory()) return found.size
  return readdirSync(path).reduce((sum, name) => sum + bytesIn(join(path, name), seen), 0)
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
