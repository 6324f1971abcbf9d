/** The way from nothing to the first answered event, and where on it we stand. Pure. */

import type { Status } from '../../src/contract/status.ts'
import type { Seen } from './seen.ts'
import { isFollower, sayShare } from './share-words.ts'

export interface Step {
  title: string
  done: boolean
  /** What is, or what is waited for and what to do about it. */
  says: string
  /** Something to copy: a command or an address. */
  copy: string | null
}

export function toChecklist(status: Status, seen: Seen): Step[] {
  if (isFollower(status)) {
    return [serverStep(status), hubEventStep(seen), answerStep(status, seen)]
  }
  const isHubAlone = status.share !== null && status.targets.length === 0
  const last = isHubAlone ? followerStep : answerStep
  const steps = [sinkStep, tunnelStep, subscriptionStep, challengeStep, welcomeStep, eventStep, last]
  return steps.map((step) => step(status, seen))
}

function sinkStep({ sinkUrl, emulatorUrl }: Status): Step {
  const says = emulatorUrl
    ? 'The emulator sends notifications here; nothing leaves this machine.'
    : 'This is where Fatture in Cloud sends notifications.'
  return {
    title: 'Sink listens',
    done: sinkUrl !== null,
    says: sinkUrl ? says : 'The sink has no address before the tunnel is open.',
    copy: sinkUrl,
  }
}

function tunnelStep({ tunnel, emulatorUrl }: Status): Step {
  const title = 'Tunnel carries'
  if (!tunnel || tunnel.provider === 'none') {
    const says = emulatorUrl
      ? 'Not needed: the emulator is on this machine.'
      : 'There is none: only this machine reaches the sink.'
    return { title, done: true, says, copy: null }
  }
  const done = tunnel.state === 'up'
  const says = done
    ? `${tunnel.provider}: a probe went out to the public URL and came back.`
    : (tunnel.detail ?? `Waiting for ${tunnel.provider} to open and for the probe to come back.`)
  return { title, done, says, copy: null }
}

function subscriptionStep({ subscription, emulatorUrl }: Status, seen: Seen): Step {
  const title = 'Subscription made'
  if (!subscription || subscription.state === 'unmanaged') {
    const says = emulatorUrl
      ? 'fic-dev leaves the subscription alone. Make one at the emulator with your own code.'
      : 'fic-dev has no token. Set FIC_ACCESS_TOKEN and FIC_COMPANY_ID and start again, or make a subscription with the sink URL yourself.'
    return { title, done: seen.challenge || seen.event, says: subscription?.detail ?? says, copy: null }
  }
  const { id, types, detail, hint } = subscription
  if (!id) {
    const says = detail ?? 'Asking Fatture in Cloud to make it.'
    return { title, done: false, says: hint ? `${says} ${hint}` : says, copy: null }
  }
  return { title, done: true, says: `${id} holds ${types.length} event types.`, copy: null }
}

function challengeStep({ subscription }: Status, seen: Seen): Step {
  const done = subscription?.state === 'verified' || seen.challenge || seen.event
  const trouble = subscription?.state === 'unverified' || subscription?.state === 'failed'
  const waits = trouble
    ? [subscription.detail, subscription.hint].filter(Boolean).join(' ')
    : 'It comes by itself a moment after the subscription is made.'
  return {
    title: 'Challenge answered',
    done,
    says: done ? 'Fatture in Cloud knows that the sink is yours.' : waits || 'Waiting for the challenge.',
    copy: null,
  }
}

function welcomeStep(_: Status, seen: Seen): Step {
  const done = seen.welcome || seen.event
  return {
    title: 'Welcome received',
    done,
    says: done ? 'The subscription is live.' : 'It follows the challenge, usually within seconds.',
    copy: null,
  }
}

function eventStep({ emulatorUrl }: Status, seen: Seen): Step {
  const waits = emulatorUrl
    ? 'Press Trigger above, or type this in another terminal:'
    : 'Create or change something in Fatture in Cloud: a client, a quote, a product.'
  return {
    title: 'First event',
    done: seen.event,
    says: seen.event ? 'A signed event came in.' : waits,
    copy: !seen.event && emulatorUrl ? 'npx fic-dev trigger entities.clients.create' : null,
  }
}

/** A follower has no tunnel and no subscription: it waits for the hub. */
function serverStep(status: Status): Step {
  const { share } = status
  const done = share?.state === 'connected'
  const says = done ? `Follows as ${share.name ?? ''} at ${share.url}.` : sayShare(status).join(' ')
  return { title: 'Server reached', done, says, copy: null }
}

function hubEventStep(seen: Seen): Step {
  const waits =
    'It comes when the hub gets one: a fic-dev that was started with --share and the address of this server. What came before is here with --since 2h.'
  return {
    title: 'First event from the hub',
    done: seen.event,
    says: seen.event ? 'A signed event came in.' : waits,
    copy: null,
  }
}

/** A hub that has no app of its own works for others. */
function followerStep(status: Status): Step {
  const { share } = status
  const title = 'Somebody follows'
  const done = (share?.followers.length ?? 0) > 0
  if (done) return { title, done, says: 'The team gets what comes here.', copy: null }
  const waits = 'On another machine, with your company:'
  const copy = share?.state === 'connected' ? `npx fic-dev follow ${share.url} --company …` : null
  return { title, done, says: copy ? waits : sayShare(status).join(' '), copy }
}

function answerStep({ targets }: Status, seen: Seen): Step {
  const title = 'Your app answered 2xx'
  if (seen.answered) return { title, done: true, says: 'The whole way works.', copy: null }
  const [target] = targets
  if (!target) {
    return {
      title,
      done: false,
      says: 'No target is named. In another terminal, or on the status screen:',
      copy: 'npx fic-dev forward http://localhost:3000/webhooks',
    }
  }
  return { title, done: false, says: sayOfTarget(target, seen.refusedWith), copy: null }
}

function sayOfTarget({ url, cause }: Status['targets'][number], refusedWith: number | null): string {
  if (cause) return `${cause.what} ${cause.todo} What waits is delivered when the target works again.`
  if (refusedWith === null) return `Notifications go to ${url} as soon as they come.`
  return `${url} answered ${refusedWith}. Open a notification to see the answer; d has the doctor try your app.`
}
