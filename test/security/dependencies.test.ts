/** What reaches people who install fic-dev: no library with a known advisory, in the bundle or beside it. */

import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { createFolder } from '../support/process.ts'

const run = promisify(execFile)

/** Packs what would be published, and unpacks it. */
async function unpack(): Promise<string> {
  const folder = createFolder()
  await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder])
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? ''
  await run('tar', ['-xzf', tarball], { cwd: folder })
  return join(folder, 'package')
}

function scriptsIn(folder: string): { name: string; text: string }[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.js'))
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))
}

/** What the library calls itself in requests: `"axios/"+VERSION` today, `"axios/"+pkg.version` in the versions of old. */
const namesItself = /"axios\/" ?\+ ?(\w+(?:\.\w+)?)/g

test('the axios that the tunnel and the API client bring along is a mended one, and there is no other', async () => {
  const folder = await unpack()
  const scripts = scriptsIn(join(folder, 'dist')).filter(({ text }) => text.search(namesItself) !== -1)
  const names = scripts.flatMap(({ text }) => [...text.matchAll(namesItself)].map(([, name]) => name))
  const versions = scripts.flatMap(({ text }) =>
    [...text.matchAll(/\bVERSION ?= ?"(\d+\.\d+\.\d+)"/g)].map(([, version = '']) => version),
  )
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock
  const locked = packages['node_modules/axios']?.version ?? ''
  const notices = readFileSync(join(folder, 'NOTICES.txt'), 'utf8')

  // The one of localtunnel would be 0.21.4.
  expect(locked).toMatch(/^1\./)
  expect(new Set(names)).toEqual(new Set(['VERSION']))
  expect(new Set(versions)).toEqual(new Set([locked]))
  expect(notices.match(/^axios \S+/gm)).toEqual([`axios ${locked}`])
})

interface Lock {
  packages: Record<
    string,
    {
      version?: string
      dependencies?: Record<string, string>
      optionalDependencies?: Record<string, string>
      dev?: boolean
    }
  >
}

test('beside the bundle come libsql, tsx and what these need, nothing else', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock
  const reached = new Set<string>()
  const reach = (name: string) => {
    if (reached.has(name)) return
    reached.add(name)
    const { dependencies, optionalDependencies } = packages[`node_modules/${name}`] ?? {}
    for (const next of Object.keys({ ...dependencies, ...optionalDependencies })) reach(next)
  }
  reach('libsql')
  reach('tsx')
  const shipped = Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true)
    .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length))

  expect(Object.keys(packages['']?.dependencies ?? {}).toSorted()).toEqual(['libsql', 'tsx'])
  expect(shipped.filter((name) => !reached.has(name))).toEqual([])
  expect(shipped).not.toContain('axios')
})

test('everything that is shipped is locked with its checksum', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, { integrity?: string; link?: boolean }>
  }
  const unlocked = Object.entries(packages).filter(([path, { integrity }]) => path !== '' && !integrity)

  expect(existsSync('package-lock.json')).toBe(true)
  expect(unlocked.map(([path]) => path)).toEqual([])
})
