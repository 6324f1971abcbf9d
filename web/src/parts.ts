/** The status with one part renewed, as the stream tells it. Pure. */

import type { Status } from '../../src/contract/status.ts'
import type { StreamMessage } from '../../src/contract/stream.ts'

type PartMessage = Extract<
  StreamMessage,
  { type: 'tunnel' | 'subscription' | 'target' | 'targets' | 'share' | 'store' | 'findings' }
>

export function withPart(status: Status, message: PartMessage): Status {
  switch (message.type) {
    case 'tunnel':
      return { ...status, tunnel: message.tunnel }
    case 'subscription':
      return { ...status, subscription: message.subscription }
    case 'share':
      return { ...status, share: message.share }
    case 'store':
      return { ...status, store: message.store }
    case 'findings':
      return { ...status, findings: message.findings }
    case 'targets':
      return { ...status, targets: message.targets }
    case 'target': {
      const { target } = message
      const known = status.targets.some((each) => each.url === target.url)
      const targets = known
        ? status.targets.map((each) => (each.url === target.url ? target : each))
        : [...status.targets, target]
      return { ...status, targets }
    }
  }
}
