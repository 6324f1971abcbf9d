// Prints what tailscale 1.80 prints.
// { state, serve: <serve configuration>, mode: 'not-enabled' | 'denied' | 'hangs', hangsAt: 'status' }
import { args, behaviour, bringTo, idle } from './stub.mjs'

const name = 'laptop.tail1a2b3c.ts.net'

function funnel() {
  const target = new URL(args.at(-1))
  if (behaviour.mode === 'denied') {
    console.error(
      "error: Access denied: serve config denied\n\nUse 'sudo tailscale funnel'.\nTo not require root, use 'sudo tailscale set --operator=$USER' once.",
    )
    process.exit(1)
  }
  if (behaviour.mode === 'not-enabled') {
    console.log(
      '\nFunnel is not enabled on your tailnet.\nTo enable, visit:\n\n         https://login.tailscale.com/f/funnel?node=nABC123CNTRL\n',
    )
    return idle()
  }
  bringTo(Number(target.port), (own) => {
    // In place of https://laptop.tail1a2b3c.ts.net, which is nowhere.
    console.log(
      `Available on the internet:\n\nhttp://127.0.0.1:${own}/\n|-- proxy ${target.origin}\n\nPress Ctrl+C to exit.`,
    )
  })
}

const command = args.join(' ')
if (command === 'status --json') {
  if (behaviour.hangsAt === 'status') idle()
  else
    console.log(
      JSON.stringify({ BackendState: behaviour.state ?? 'Running', Self: { DNSName: `${name}.` } }, null, 2),
    )
} else if (command === 'serve status --json') console.log(JSON.stringify(behaviour.serve ?? null, null, 2))
else if (args[0] === 'funnel') funnel()
else process.exit(64)
