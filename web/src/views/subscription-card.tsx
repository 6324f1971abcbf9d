/** One subscription: whose, where it leads, what it holds, its verifications with a countdown, what can be done. */

import { Button } from '@mantine/core'
import { useState } from 'react'
import type { SubscriptionEntry } from '../../../src/contract/api.ts'
import type { VerificationBudget } from '../../../src/contract/status.ts'
import { removeSubscription, verifySubscription } from '../board-api.ts'
import { toClock, toFullTime, toSpan } from '../clock-words.ts'
import { toShortType } from '../words.ts'
import type { Tone } from '../../../src/contract/vocabulary.ts'
import { Chip } from './chip.tsx'
import { Confirm } from './confirm.tsx'
import { Copied, Fact, Facts } from './fact.tsx'
import { Outside } from './outside.tsx'
import classes from './screens.module.css'
import { Section } from './section.tsx'

interface SubscriptionCardProps {
  entry: SubscriptionEntry
  nowMs: number
  act: (run: () => Promise<unknown>) => Promise<void>
}

export function SubscriptionCard({ entry, nowMs, act }: SubscriptionCardProps) {
  const { id, sink, verified, types, mapping, takenOverFrom, budget } = entry
  return (
    <Section
      title={entry.kept ? `${id}, kept by fic-dev` : id}
      aside={<Chip tone={verified ? 'good' : 'bad'}>{verified ? 'verified' : 'unverified'}</Chip>}
    >
      <Facts label={`Subscription ${id}`}>
        <Fact name="whose">{whose(entry)}</Fact>
        <Fact name="sink">
          <Copied text={sink} label={`Copy the sink of ${id}`} />
        </Fact>
        {takenOverFrom && (
          <Fact name="sink before">
            <Copied text={takenOverFrom} label={`Copy the former sink of ${id}`} />
          </Fact>
        )}
        <Fact name="mapping">{mapping}</Fact>
        <Fact name="verifications">{sayBudget(budget, nowMs)}</Fact>
      </Facts>
      <Attempts entry={entry} nowMs={nowMs} />
      <details>
        <summary className={classes.sub}>
          {types.length} event {types.length === 1 ? 'type' : 'types'}
        </summary>
        <ul className={classes.types} aria-label={`Event types of ${id}`}>
          {types.toSorted().map((type) => (
            <li key={type}>
              <Outside text={toShortType(type)} />
            </li>
          ))}
        </ul>
      </details>
      <Doings entry={entry} act={act} />
    </Section>
  )
}

function whose({ origin, kept }: SubscriptionEntry): string {
  if (origin === 'made')
    return kept ? 'made by fic-dev for this project' : 'made by fic-dev for this project before'
  if (origin === 'named') return 'named with --subscription'
  if (origin === 'taken-over') return 'taken over; it is given back on exit'
  return 'somebody else’s: fic-dev leaves it alone'
}

function sayBudget({ used, limit, nextPossibleAt }: VerificationBudget, nowMs: number): string {
  const spent = `${used} of ${limit} used`
  if (used >= limit) return `${spent}: none is left`
  const waitMs = nextPossibleAt === null ? 0 : Date.parse(nextPossibleAt) - nowMs
  if (nextPossibleAt === null || waitMs <= 0) return `${spent}, the next is possible now`
  return `${spent}, the next is possible in ${toSpan(waitMs)}, at ${toClock(nextPossibleAt, nowMs)}`
}

const attemptTones: Record<SubscriptionEntry['attempts'][number]['outcome'], Tone> = {
  verified: 'good',
  failed: 'bad',
  refused: 'bad',
  unknown: 'warn',
}

function Attempts({ entry: { id, attempts }, nowMs }: Pick<SubscriptionCardProps, 'entry' | 'nowMs'>) {
  if (attempts.length === 0) return null
  return (
    <>
      <h4 className={classes.sub}>Verifications that fic-dev asked for</h4>
      <ol className={classes.history} aria-label={`Verifications of ${id}`} tabIndex={0}>
        {attempts.toReversed().map(({ at, cause, outcome, detail }) => (
          <li key={at + cause} className={`tone-${attemptTones[outcome]}`}>
            <time dateTime={at} title={toFullTime(at)}>
              {toClock(at, nowMs)}
            </time>
            <b>{outcome}</b>
            <span>
              {cause}
              {detail && (
                <>
                  : <Outside text={detail} />
                </>
              )}
            </span>
          </li>
        ))}
      </ol>
    </>
  )
}

function Doings({ entry, act }: Pick<SubscriptionCardProps, 'entry' | 'act'>) {
  const { id, sink, verified, origin, budget } = entry
  const [asks, setAsks] = useState<'verify' | 'delete' | null>(null)
  const [verifying, setVerifying] = useState(false)
  const isAnothers = origin === null
  const verify = async () => {
    setVerifying(true)
    await act(() => verifySubscription(id, isAnothers))
    setVerifying(false)
  }
  return (
    <div className={classes.row} style={{ marginTop: 12 }}>
      <Button
        size="xs"
        variant="default"
        loading={verifying}
        disabled={verified || budget.used >= budget.limit}
        title={verified ? 'It is verified already' : 'Have Fatture in Cloud send a challenge'}
        onClick={() => (isAnothers ? setAsks('verify') : void verify())}
      >
        Verify {id}
      </Button>
      <Button size="xs" variant="subtle" color="red.8" c="var(--bad)" onClick={() => setAsks('delete')}>
        Delete {id}…
      </Button>
      {asks === 'verify' && (
        <Confirm title={`Verify ${id}?`} does="Verify" onDo={verify} onClose={() => setAsks(null)}>
          It is not of this project: <Outside text={sink} /> gets a challenge, and one of its five
          verifications is used.
        </Confirm>
      )}
      {asks === 'delete' && (
        <Confirm
          title={`Delete ${id} at Fatture in Cloud?`}
          does="Delete"
          onDo={() => act(() => removeSubscription(id, origin !== 'made'))}
          onClose={() => setAsks(null)}
        >
          {isAnothers ? (
            <>
              It is not of this project: <Outside text={sink} /> gets nothing any more.
            </>
          ) : (
            'No notification comes any more. A new subscription begins with five verifications.'
          )}
        </Confirm>
      )}
    </div>
  )
}
