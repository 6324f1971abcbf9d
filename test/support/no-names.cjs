// Preloaded into a process of a test: this machine resolves no names, as without a network.
const dns = require('node:dns')

const { lookup } = dns
const isHere = (hostname) => /^(?:localhost|[\d.]+|.*:.*)$/.test(hostname)
dns.lookup = (hostname, options, callback = options) => {
  if (isHere(hostname)) return lookup(hostname, options, callback)
  const error = Object.assign(new Error(`getaddrinfo EAI_AGAIN ${hostname}`), { code: 'EAI_AGAIN' })
  process.nextTick(callback, error)
}
