// Prints what cloudflared 2024 prints. { mode: 'rate-limited' | 'no-network' | 'mute' | 'no-edge' | 'elsewhere' }
import { args, behaviour, bringTo, idle } from './stub.mjs'

const log = (level, text) => console.error(`${new Date().toISOString().slice(0, 19)}Z ${level} ${text}`)
const box = (text) => log('INF', `|  ${text.padEnd(90)}|`)
const line = () => log('INF', `+${'-'.repeat(92)}+`)

function registered() {
  log(
    'INF',
    'Registered tunnel connection connIndex=0 connection=2f6b2c1e-6a39-4d3c-8d1f-1a7c2b9e0f11 event=0 ip=198.51.100.63 location=mxp01 protocol=quic',
  )
}

function quick(port) {
  log(
    'INF',
    'Thank you for trying Cloudflare Tunnel. Doing so, without a Cloudflare account, is a quick way to experiment and try it out. See https://developers.cloudflare.com/cloudflare-one/connections/connect-apps',
  )
  log('INF', 'Requesting new quick Tunnel on trycloudflare.com...')
  if (behaviour.mode === 'mute') return idle()
  if (behaviour.mode === 'rate-limited') {
    log(
      'ERR',
      `Error unmarshaling QuickTunnel response: error code: 1015 error="invalid character 'e' looking for beginning of value" status_code="429 Too Many Requests"`,
    )
    console.error("failed to unmarshal quick Tunnel: invalid character 'e' looking for beginning of value")
    process.exit(1)
  }
  if (behaviour.mode === 'no-network') {
    console.error(
      'failed to request quick Tunnel: Post "https://api.trycloudflare.com/tunnel": dial tcp: lookup api.trycloudflare.com: no such host',
    )
    process.exit(1)
  }
  bringTo(port, (own) => {
    line()
    box('Your quick Tunnel has been created! Visit it at (it may take some time to be reachable):')
    box(`http://127.0.0.1:${own}`)
    line()
    log(
      'INF',
      'Cannot determine default configuration path. No file [config.yml config.yaml] in [~/.cloudflared ~/.cloudflare-warp ~/cloudflare-warp /etc/cloudflared /usr/local/etc/cloudflared]',
    )
    log('INF', 'Version 2024.6.1')
    log('INF', `Settings: map[ha-connections:1 protocol:quic url:http://127.0.0.1:${port}]`)
    log('INF', 'Initial protocol quic')
    log('INF', 'Starting metrics server on 127.0.0.1:36361/metrics')
    if (behaviour.mode === 'no-edge')
      log(
        'ERR',
        'Failed to dial a quic connection error="failed to dial to edge with quic: timeout: no recent network activity" connIndex=0 event=0 ip=198.51.100.63',
      )
    else setTimeout(registered, behaviour.registeredAfterMs ?? 20)
  })
}

function named() {
  const service = behaviour.mode === 'elsewhere' ? 'http://localhost:3000' : behaviour.service
  const config = {
    ingress: [{ hostname: 'hooks.example.com', originRequest: {}, service }, { service: 'http_status:404' }],
    'warp-routing': { enabled: false },
  }
  log('INF', 'Starting tunnel tunnelID=6ff42ae2-765d-4adf-8112-31c55c1551ef')
  registered()
  log('INF', `Updated to new configuration config=${JSON.stringify(JSON.stringify(config))} version=1`)
  idle()
}

process.on('SIGUSR1', () => {
  log('WRN', 'Connection terminated error="failed to serve tunnel connection" connIndex=0')
})
const url = args[args.indexOf('--url') + 1]
if (args.includes('run')) named()
else quick(Number(new URL(url).port))
