/** `npm run bench [-- name… --quick]`: runs benchmarks, prints a table of ratios, writes it down as JSON. */

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Benchmark } from './benchmarks/benchmark.ts'
import { benchDir, buildSubjects, cli } from './measure/process.ts'
import type { Row } from './measure/row.ts'
import { toTable, writeResult } from './measure/table.ts'

const benchmarks: Record<string, () => Promise<Benchmark>> = {
  capture: async () => (await import('./benchmarks/capture.ts')).capture,
  forward: async () => (await import('./benchmarks/forward.ts')).forward,
  burst: async () => (await import('./benchmarks/burst.ts')).burst,
  start: async () => (await import('./benchmarks/start.ts')).start,
  memory: async () => (await import('./benchmarks/memory.ts')).memory,
  list: async () => (await import('./benchmarks/list.ts')).list,
  inspectors: async () => (await import('./benchmarks/inspectors.ts')).inspectors,
  page: async () => (await import('./benchmarks/page.ts')).page,
  tunnel: async () => (await import('./benchmarks/tunnel.ts')).tunnel,
  install: async () => (await import('./benchmarks/install.ts')).install,
}

const flags = process.argv.slice(2)
const quick = flags.includes('--quick')
const named = flags.filter((flag) => flag !== '--quick')
const unknown = named.filter((name) => !(name in benchmarks))
if (unknown.length > 0) {
  console.error(
    `There is no benchmark ${unknown.join(', ')}. There are: ${Object.keys(benchmarks).join(', ')}.`,
  )
  process.exit(2)
}
if (!existsSync(cli)) {
  console.error(`There is no ${cli}: npm run build makes it.`)
  process.exit(2)
}
installPeers()
buildSubjects()

const all: Row[] = []
for (const name of named.length > 0 ? named : Object.keys(benchmarks)) {
  const startedAt = performance.now()
  console.error(`${name} …`)
  const run = await benchmarks[name]?.()
  const rows = (await run?.({ quick })) ?? []
  all.push(...rows)
  writeResult(join(benchDir, 'results'), { benchmark: name, quick, rows })
  console.error(`${toTable(rows)}\n${name} took ${Math.round((performance.now() - startedAt) / 1000)} s\n`)
}
console.log(toTable(all))

/** They belong to the benchmarks alone, so they are installed when the first one is run. */
function installPeers(): void {
  if (existsSync(join(benchDir, 'node_modules', 'smee-client'))) return
  console.error('Installing the peers that fic-dev is measured beside …')
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: benchDir, stdio: 'inherit' })
}
