// What the stubs share: they write down how they were called, and read how they are to behave.
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { dirname, join } from 'node:path'

const folder = dirname(process.argv[1])
export const args = process.argv.slice(2)
const call = { pid: process.pid, args, variables: Object.keys(process.env) }
appendFileSync(join(folder, 'calls'), `${JSON.stringify(call)}\n`)

const file = join(folder, 'behaviour')
export const behaviour = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}

/** Stands for the way through the internet: everything that comes in on a port of its own goes to `port`. */
export function bringTo(port, ready) {
  const server = createServer((from) => {
    const to = connect(port, '127.0.0.1')
    from.pipe(to).pipe(from)
    from.on('error', () => to.destroy())
    to.on('error', () => from.destroy())
  })
  server.listen(0, '127.0.0.1', () => ready(server.address().port))
}

/** Alive, but silent. */
export function idle() {
  setInterval(() => {}, 60_000)
}
