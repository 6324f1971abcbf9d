// Says what ssh says when all is well: with -N the debug line, in a session what localhost.run prints there.
import { args, idle } from './stub.mjs'

console.error('debug1: Connecting to example.com [198.51.100.7] port 22.')
console.error('Authenticated to example.com ([198.51.100.7]:22) using "publickey".')
if (args.includes('-N')) {
  console.error('debug1: remote forward success for: listen localhost:4621, connect 127.0.0.1:4700')
} else {
  console.log('\r\nTo set up and manage custom domains go to https://admin.localhost.run/\r\n')
  console.log('https://localhost.run/docs/\r\n')
  console.log('47970a65005227.lhr.life tunneled with tls termination, https://47970a65005227.lhr.life\r\n')
}
idle()
