/** Runs before every test file: tests talk to this machine only. */

import net from 'node:net'

const connect = net.Socket.prototype.connect

net.Socket.prototype.connect = function (this: net.Socket, ...parameters: unknown[]) {
  const [first] = parameters.flat() as [{ host?: string; path?: string } | number | string | undefined]
  const host = typeof first === 'object' ? (first.host ?? 'localhost') : 'localhost'
  if (!isLoopback(host)) {
    throw new Error(`A test wanted to connect to ${host}. Tests use loopback only.`)
  }
  return connect.apply(this, parameters as never)
} as typeof connect

function isLoopback(host: string): boolean {
  // Reserved names (RFC 2606) are for tests of what cannot be resolved.
  return /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|::1|::ffff:127\..*|.*\.(invalid|test|example))$/.test(
    host,
  )
}
