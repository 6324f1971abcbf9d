/** The targets: whether somebody answers, what waits, and a switch that lets deliveries rest. */

import { Switch } from '@mantine/core'
import type { Status } from '../../../src/contract/status.ts'
import { setForwarding } from '../board-api.ts'
import { toAgo } from '../clock-words.ts'
import { toHealth } from '../lamp-words.ts'
import type { Network } from '../network.ts'
import { Chip } from './chip.tsx'
import { Copied, Fact, Facts } from './fact.tsx'
import { Outside } from './outside.tsx'
import classes from './screens.module.css'
import { Section } from './section.tsx'
import { TargetForm } from './target-form.tsx'

interface TargetsProps {
  status: Status
  network: Network
  nowMs: number
}

export function Targets({ status: { targets }, network, nowMs }: TargetsProps) {
  const paused = targets.some((target) => target.paused)
  const pause = async (next: boolean) => {
    await network.attempt(() => setForwarding(next))
    network.renewStatus()
  }
  return (
    <Section
      title="Targets"
      aside={
        targets.length > 0 && (
          <Switch
            size="xs"
            label="Forwarding"
            checked={!paused}
            onChange={(event) => void pause(!event.currentTarget.checked)}
          />
        )
      }
    >
      {targets.length === 0 && <p>Nothing is forwarded: notifications are kept and shown.</p>}
      {targets.map((target) => (
        <div key={target.url} className={classes.entry}>
          <Facts label={`Target ${target.url}`}>
            <Fact name="url">
              <Copied text={target.url} label="Copy the target's URL" />
            </Fact>
            <Fact name="state">
              <Chip tone={toHealth(target).tone}>{toHealth(target).word}</Chip> {toAgo(target.since, nowMs)}
              {target.paused && ', forwarding is paused'}
            </Fact>
            <Fact name="waiting">{target.waiting}</Fact>
            {target.detail && (
              <Fact name="detail">
                <Outside text={target.detail} />
              </Fact>
            )}
          </Facts>
        </div>
      ))}
      <TargetForm urls={targets.map(({ url }) => url)} network={network} />
    </Section>
  )
}
