/** How everything stands: what needs attention, tunnel, sharing, targets, keys, export and import, versions. */

import { Button } from '@mantine/core'
import { useEffect } from 'react'
import type { Status } from '../../../src/contract/status.ts'
import { toAgo, toClock } from '../clock-words.ts'
import { toTone } from '../finding-words.ts'
import { Copied, Fact, Facts } from './fact.tsx'
import { Keys } from './keys-card.tsx'
import { CopyText } from './copy-button.tsx'
import { Outside } from './outside.tsx'
import type { ScreenProps } from './screens.tsx'
import classes from './screens.module.css'
import { isFollower } from '../share-words.ts'
import { Section } from './section.tsx'
import { ShareCard } from './share-card.tsx'
import { Targets } from './targets-card.tsx'
import { Transfer } from './transfer-card.tsx'
import { TunnelCard } from './tunnel-card.tsx'

const refreshMs = 5_000

export function StatusScreen({ state, network, nowMs, onExamine }: ScreenProps) {
  const { status } = state
  useEffect(() => {
    network.renewStatus()
    const timer = setInterval(() => network.renewStatus(), refreshMs)
    return () => clearInterval(timer)
  }, [network])
  if (!status) return null
  return (
    <>
      <div className={classes.head}>
        <h2>Status</h2>
        <Button
          size="xs"
          variant="default"
          title="Looks at everything that fic-dev stands on (d)"
          onClick={onExamine}
        >
          Have the doctor look
        </Button>
      </div>
      <div className={classes.cards}>
        <Findings findings={status.findings} />
        <div className={classes.column}>
          {!isFollower(status) && <TunnelCard status={status} nowMs={nowMs} />}
          {status.share && <ShareCard status={status} share={status.share} nowMs={nowMs} />}
          <About status={status} nowMs={nowMs} />
        </div>
        <div className={classes.column}>
          <Targets status={status} network={network} nowMs={nowMs} />
          <Transfer total={status.counts.notifications} />
          <Keys />
        </div>
      </div>
    </>
  )
}

function Findings({ findings }: Pick<Status, 'findings'>) {
  return (
    <div className={classes.wide}>
      <Section title="What needs attention">
        {findings.length === 0 && <p>Nothing: everything that fic-dev watches is well.</p>}
        <ul>
          {findings.map(({ tone, what, why, todo, command }) => (
            <li key={what} className={`${classes.finding} tone-${toTone({ tone })}`}>
              <b>
                <Outside text={what} />
              </b>
              <span>
                <Outside text={`${why} ${todo}`} />
              </span>
              {command !== null && (
                <span className={classes.copied}>
                  <code>
                    <Outside text={command} />
                  </code>
                  <CopyText text={command} label={`Copy ${command}`} />
                </span>
              )}
            </li>
          ))}
        </ul>
      </Section>
    </div>
  )
}

function About({ status, nowMs }: { status: Status; nowMs: number }) {
  const { version, node, startedAt, project, inspectorUrl, emulatorUrl, counts, sink } = status
  return (
    <Section title="This fic-dev">
      <Facts>
        <Fact name="version">
          {version}, Node {node}
        </Fact>
        <Fact name="running since">
          {toClock(startedAt, nowMs)}, {toAgo(startedAt, nowMs)}
        </Fact>
        <Fact name="kept">
          {counts.notifications} notifications, {counts.deliveries} deliveries, {counts.waiting} waiting
        </Fact>
        {sink && (
          <Fact name="sink, so far">
            {sink.captured} captured, {sink.notFound} to wrong paths, {sink.wrongMethod} with a wrong method,{' '}
            {sink.tooLarge} too large, {sink.rateLimited} too many, {sink.failed} failed
          </Fact>
        )}
        <Fact name="data">
          <Copied text={project} label="Copy the path of the data dir" />
        </Fact>
        {inspectorUrl && (
          <Fact name="inspector">
            <Copied text={inspectorUrl} label="Copy the inspector's URL" />
          </Fact>
        )}
        {emulatorUrl && (
          <Fact name="emulator">
            <Copied text={emulatorUrl} label="Copy the emulator's URL" />
          </Fact>
        )}
      </Facts>
    </Section>
  )
}
