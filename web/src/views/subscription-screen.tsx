/** The subscriptions at Fatture in Cloud: whose they are, what they hold, verifications left; verify, delete, give back. */

import { Button } from '@mantine/core'
import { useCallback, useEffect, useState } from 'react'
import type { SubscriptionEntry } from '../../../src/contract/api.ts'
import type { Status } from '../../../src/contract/status.ts'
import { createSubscription, fetchSubscriptions, restoreSubscriptions } from '../board-api.ts'
import { readSubscription } from '../lamp-words.ts'
import { isFollower } from '../share-words.ts'
import { toShortType } from '../words.ts'
import { Chip } from './chip.tsx'
import { Fact, Facts } from './fact.tsx'
import { Outside } from './outside.tsx'
import type { ScreenProps } from './screens.tsx'
import classes from './screens.module.css'
import { Section } from './section.tsx'
import { SubscriptionCard } from './subscription-card.tsx'

export function SubscriptionScreen({ state, network, nowMs }: ScreenProps) {
  const { status } = state
  const [entries, setEntries] = useState<SubscriptionEntry[] | null>(null)
  // Without a token there is nobody to ask.
  const managed = status !== null && status.subscription !== null
  const refresh = useCallback(async () => {
    await network.attempt(async () => setEntries(await fetchSubscriptions()))
  }, [network])
  const act = async (run: () => Promise<unknown>) => {
    await network.attempt(run)
    await refresh()
  }

  // What fic-dev says of its own subscription changes with what is there.
  const stands = `${status?.subscription?.state} ${status?.subscription?.id}`
  useEffect(() => {
    if (managed) void refresh()
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [managed, stands, refresh])

  if (!status) return null
  const isMade = entries?.some(({ kept }) => kept) ?? false
  const hasTakenOver = entries?.some(({ origin }) => origin === 'taken-over') ?? false
  return (
    <>
      <div className={classes.head}>
        <h2>Subscription</h2>
        <div className={classes.row}>
          {managed && entries !== null && !isMade && (
            <Button size="xs" onClick={() => void act(createSubscription)}>
              Make one
            </Button>
          )}
          {hasTakenOver && (
            <Button size="xs" variant="default" onClick={() => void act(restoreSubscriptions)}>
              Give back what was taken over
            </Button>
          )}
          {managed && (
            <Button size="xs" variant="default" onClick={() => void refresh()}>
              Ask again
            </Button>
          )}
        </div>
      </div>
      <div className={classes.cards}>
        <Kept status={status} nowMs={nowMs} />
        {entries?.map((entry) => (
          <SubscriptionCard key={entry.id} entry={entry} nowMs={nowMs} act={act} />
        ))}
      </div>
      {entries?.length === 0 && (
        <p className="quiet">Fatture in Cloud holds no subscription for this company.</p>
      )}
    </>
  )
}

/** What fic-dev says of the one that it keeps. */
function Kept({ status, nowMs }: { status: Status; nowMs: number }) {
  const { subscription } = status
  const lamp = readSubscription(status, nowMs)
  if (isFollower(status)) {
    return (
      <div className={classes.wide}>
        <Section title="The hub keeps it">
          <p>A follower has no subscription of its own: the hub of the team holds it, and shows it there.</p>
        </Section>
      </div>
    )
  }
  const taken = subscription?.taken ?? []
  return (
    <div className={classes.wide}>
      <Section title="The one that fic-dev keeps" aside={<Chip tone={lamp.tone}>{lamp.word}</Chip>}>
        {lamp.says.map((sentence) => (
          <p key={sentence}>
            <Outside text={sentence} />
          </p>
        ))}
        <p className="quiet">
          Fatture in Cloud does not tell an expiration date. One begins with the first notification that it
          gives up; an answer of fic-dev itself never does that.
        </p>
        {taken.length > 0 && (
          <>
            <h4 className={classes.sub}>Held by others of the same app</h4>
            <Facts label="Types held by others">
              {taken.map(({ type, subscriptionId, sink }) => (
                <Fact key={type} name={subscriptionId}>
                  <span className="mono">
                    <Outside text={toShortType(type)} />
                  </span>{' '}
                  <span className="quiet">
                    goes to <Outside text={sink} />
                  </span>
                </Fact>
              ))}
            </Facts>
          </>
        )}
      </Section>
    </div>
  )
}
