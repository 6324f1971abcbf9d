/** What stands behind the ids: fetched when a person asks, kept no longer than it is shown, compared with the fetch before. */

import { Button } from '@mantine/core'
import { useState } from 'react'
import type { ResourceEntry, ResourcesAnswer } from '../../../src/contract/api.ts'
import type { Notification } from '../../../src/contract/notification.ts'
import { toRefusal } from '../asked.ts'
import { toClock } from '../clock-words.ts'
import { fetchResources } from '../detail-api.ts'
import type { Tone } from '../../../src/contract/vocabulary.ts'
import { Body } from './body.tsx'
import { Chip } from './chip.tsx'
import { Difference } from './difference.tsx'
import classes from './resources.module.css'
import { Outside } from './outside.tsx'
import { Section } from './section.tsx'

interface ResourcesProps {
  notification: Notification
  /** They come from the emulator. */
  emulated: boolean
  nowMs: number
}

interface Fetched {
  answer: ResourcesAnswer
  /** What the fetch before said of the same ids. */
  before: ResourceEntry[]
}

export function Resources({ notification: { seq, ids }, emulated, nowMs }: ResourcesProps) {
  const [fetched, setFetched] = useState<Fetched | null>(null)
  const [fetching, setFetching] = useState(false)
  const [refusal, setRefusal] = useState<{ text: string; hint: string | null } | null>(null)
  const source = emulated ? 'the emulator' : 'Fatture in Cloud'

  async function fetch(offset: number): Promise<void> {
    setFetching(true)
    setRefusal(null)
    try {
      const answer = await fetchResources(seq, offset)
      setFetched((last) => ({ answer, before: last?.answer.items ?? [] }))
    } catch (thrown) {
      setRefusal(toRefusal(thrown))
    }
    setFetching(false)
  }

  const offset = fetched ? startOf(fetched.answer) : 0
  return (
    <Section
      title={ids.length === 1 ? 'What stands behind the id?' : `What stands behind the ${ids.length} ids?`}
      aside={
        ids.length > 0 && (
          <Button size="compact-sm" variant="default" loading={fetching} onClick={() => void fetch(offset)}>
            {fetched ? 'Fetch again' : `Fetch from ${source}`}
          </Button>
        )
      }
    >
      {refusal ? (
        <p role="alert">
          <Outside text={refusal.text} /> {refusal.hint !== null && <Outside text={refusal.hint} />}
        </p>
      ) : (
        !fetched && <p className="quiet">{sayBefore(ids.length, source)}</p>
      )}
      {fetched && <Items fetched={fetched} nowMs={nowMs} onMore={(next) => void fetch(next)} />}
    </Section>
  )
}

function sayBefore(count: number, source: string): string {
  if (count === 0) return 'The notification names no id.'
  return `The notification carries no data but the ${count === 1 ? 'id' : 'ids'}. Your app asks ${source} for the rest; here you see what it gets. It is stored only with --keep-resources.`
}

function startOf({ total, items, nextOffset }: ResourcesAnswer): number {
  return (nextOffset ?? total) - items.length
}

interface ItemsProps {
  fetched: Fetched
  nowMs: number
  onMore: (offset: number) => void
}

function Items({ fetched: { answer, before }, nowMs, onMore }: ItemsProps) {
  const { items, total, nextOffset, rateLimits, retryAt } = answer
  const limits = Object.entries(rateLimits)
  return (
    <>
      <ul className={classes.items} aria-label="Resources">
        {items.map((item) => (
          <Item
            key={item.id}
            item={item}
            opened={items.length <= openedItems}
            nowMs={nowMs}
            before={before.find(({ id }) => id === item.id) ?? null}
          />
        ))}
      </ul>
      <p className={classes.foot}>
        {total > items.length && (
          <span>
            {startOf(answer) + 1} to {startOf(answer) + items.length} of {total}
          </span>
        )}
        {nextOffset !== null && (
          <Button size="compact-sm" variant="light" onClick={() => onMore(nextOffset)}>
            The next ones
          </Button>
        )}
        {retryAt !== null && <span>No more requests before {toClock(retryAt, nowMs)}.</span>}
        {limits.map(([name, value]) => (
          <span key={name} className="mono">
            <Outside text={`${name}: ${value}`} />
          </span>
        ))}
      </p>
    </>
  )
}

const tones: Record<ResourceEntry['outcome'], Tone> = {
  found: 'good',
  deleted: 'warn',
  missing: 'warn',
  refused: 'bad',
  waiting: 'quiet',
  failed: 'bad',
}

interface ItemProps {
  item: ResourceEntry
  before: ResourceEntry | null
  opened: boolean
  nowMs: number
}

/** More than these are opened one by one. */
const openedItems = 3

function Item({ item, before, opened, nowMs }: ItemProps) {
  const { id, outcome, says, path, data, askedAt } = item
  const isNewer = before !== null && before.askedAt !== null && before.askedAt !== askedAt
  const isRemembered = before !== null && askedAt !== null && before.askedAt === askedAt
  return (
    <li>
      <details className={classes.item} open={opened}>
        <summary>
          <b>{id}</b> <Chip tone={tones[outcome]}>{outcome}</Chip> <Outside text={says} />
        </summary>
        {path !== null && (
          <p className="quiet mono">
            GET <Outside text={path} />
          </p>
        )}
        {isRemembered && (
          <p className="quiet">
            As it was at {toClock(askedAt, nowMs)}: to spare your quota, fic-dev asks again after half a
            minute.
          </p>
        )}
        {isNewer && (
          <div className={classes.change}>
            <h4>Since the fetch at {toClock(before.askedAt ?? '', nowMs)}</h4>
            <Difference left={toSide(before, nowMs)} right={toSide(item, nowMs)} brief />
          </div>
        )}
        {data !== null && data !== undefined && <Body text={JSON.stringify(data)} label={`Resource ${id}`} />}
      </details>
    </li>
  )
}

function toSide({ data, askedAt, outcome }: ResourceEntry, nowMs: number) {
  return {
    title: toClock(askedAt ?? '', nowMs),
    facts: [['outcome', outcome] as [string, string]],
    headers: [],
    body: data === null || data === undefined ? '' : JSON.stringify(data),
  }
}
