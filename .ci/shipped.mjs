// Names what reaches users, bundled or installed beside, and fails if there is an advisory against any of it.
// `npm audit --omit=dev` would not see the bundle, which is made from development dependencies.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages
const beside = Object.entries(lock)
  .filter(([path, { dev, peer }]) => path !== '' && !dev && !peer)
  .map(([path, { version }]) => `${nameOf(path)} ${version}`)
const bundled = [
  ...readFileSync('NOTICES.txt', 'utf8').matchAll(/^((?:@[\w.-]+\/)?[\w.-]+ \d+\.\d+\.\S+) \(/gm),
]
const shipped = new Set([...beside, ...bundled.map(([, named]) => named)])
console.log(`shipped: ${[...shipped].sort().join(', ')}`)

const report = audit()
if (report?.vulnerabilities === undefined) {
  console.log(`audit: not done, its service does not answer (${report?.message ?? 'no report'})`)
} else {
  // Who merely depends on one that has an advisory names it in `via`; what counts is the version that is there.
  const found = Object.values(report.vulnerabilities).filter(
    ({ name, nodes, via }) =>
      via.some((cause) => typeof cause === 'object') &&
      nodes.some((path) => shipped.has(`${name} ${lock[path]?.version}`)),
  )
  for (const { name, severity, range } of found) console.log(`audit: ${name} ${range} (${severity})`)
  console.log(`audit: ${found.length} of ${shipped.size} packages have an advisory`)
  process.exitCode = found.length > 0 ? 1 : 0
}

/** `npm audit` exits with 1 when it finds something, and when nobody answers. */
function audit() {
  try {
    return JSON.parse(
      execFileSync('npm', ['audit', '--json'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    )
  } catch (error) {
    try {
      return JSON.parse(error.stdout)
    } catch {
      return null
    }
  }
}

function nameOf(path) {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
}
