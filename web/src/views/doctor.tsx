/** What the doctor finds: what is the case, why it matters, what to do; the worst first. And a button to look again. */

import { Button, Progress } from '@mantine/core'
import type { ReactNode } from 'react'
import type { DoctorFinding } from '../../../src/contract/doctor.ts'
import type { Status } from '../../../src/contract/status.ts'
import { toClock } from '../clock-words.ts'
import type { Examination } from '../examination.ts'
import classes from './doctor.module.css'
import { Icon } from './icons.tsx'
import type { IconName } from './icons.tsx'
import { Outside } from './outside.tsx'
import type { ScreenProps } from './screens.tsx'
import screen from './screens.module.css'
import { Section } from './section.tsx'
import type { Tone } from '../../../src/contract/vocabulary.ts'

interface Group {
  outcome: DoctorFinding['outcome']
  title: string
  tone: Tone
  icon: IconName
}

const groups: readonly Group[] = [
  { outcome: 'failure', title: 'Does not work', tone: 'bad', icon: 'cross' },
  { outcome: 'warning', title: 'Works, but perhaps not as meant', tone: 'warn', icon: 'alarm' },
  { outcome: 'ok', title: 'In order', tone: 'good', icon: 'check' },
  { outcome: 'skipped', title: 'Not looked at, or not needed', tone: 'quiet', icon: 'dash' },
]

export function Doctor({ state, nowMs, examining, onExamine }: ScreenProps) {
  const { examination } = examining
  const looking = examination.phase === 'looking'
  return (
    <>
      <div className={screen.head}>
        <h2>Doctor</h2>
        <Button
          size="xs"
          variant={examination.phase === 'none' ? 'filled' : 'default'}
          disabled={looking || state.link.phase !== 'live'}
          title="Looks at everything that fic-dev stands on (d)"
          onClick={onExamine}
        >
          {looking ? 'Looking…' : examination.phase === 'none' ? 'Look at everything' : 'Look again'}
        </Button>
      </div>
      <Progressing examination={examination} nowMs={nowMs} />
      {examination.phase === 'none' && state.status && <Before status={state.status} />}
      <div className={classes.groups}>
        {groups.map((group) => (
          <GroupOf
            key={group.outcome}
            {...group}
            findings={examination.findings.filter(({ outcome }) => outcome === group.outcome)}
          />
        ))}
      </div>
    </>
  )
}

/** How far it is, and in the end what it comes to. It has its place from the beginning, so that nothing jumps. */
function Progressing({ examination, nowMs }: { examination: Examination; nowMs: number }) {
  const { phase, at, share } = examination
  if (phase === 'none') return null
  return (
    <div className={classes.progress}>
      <p role="status" className={phase === 'broken' ? 'tone-bad' : undefined}>
        {phase === 'looking' ? (
          <>
            Looks at <Outside text={at || '…'} />
          </>
        ) : (
          <Result examination={examination} nowMs={nowMs} />
        )}
      </p>
      <Progress
        size={4}
        value={Math.max(share, 0.04) * 100}
        animated
        // It keeps its place, so that nothing below moves.
        style={{ visibility: phase === 'looking' ? 'visible' : 'hidden' }}
        aria-label="How far the doctor is"
        transitionDuration={0}
      />
    </div>
  )
}

function Result({ examination, nowMs }: { examination: Examination; nowMs: number }): ReactNode {
  const { phase, findings, overAtMs, reason } = examination
  if (phase === 'broken') {
    return (
      <b className={classes.broken}>
        It broke off: <Outside text={reason ?? 'nobody knows why.'} />
      </b>
    )
  }
  const count = (wanted: DoctorFinding['outcome']) =>
    findings.filter(({ outcome }) => outcome === wanted).length
  const [failures, warnings] = [count('failure'), count('warning')]
  const at = overAtMs === null ? '' : ` Looked at ${toClock(new Date(overAtMs).toISOString(), nowMs)}.`
  if (failures + warnings === 0) return `All is well.${at}`
  const parts = [
    ...(failures > 0 ? [failures === 1 ? 'One thing does not work' : `${failures} things do not work`] : []),
    ...(warnings > 0 ? [warnings === 1 ? 'one warning' : `${warnings} warnings`] : []),
  ]
  const [first = '', ...rest] = parts
  return `${[first.charAt(0).toUpperCase() + first.slice(1), ...rest].join(', ')}.${at}`
}

/** What a press will do, before anybody presses. */
function Before({ status: { targets, emulatorUrl } }: { status: Status }) {
  return (
    <Section title="What it does">
      <p>
        It looks at Node, the settings and where each comes from, the data dir and the disk, the key, the
        tunnel, the subscription and its verifications
        {emulatorUrl === null && ', asks Fatture in Cloud about clock, token and company'}
        {targets.length > 0 ? ', and tries your app:' : '.'}
      </p>
      {targets.length > 0 && (
        <ul className={classes.tried}>
          {targets.map(({ url }) => (
            <li key={url}>
              <code>
                <Outside text={url} />
              </code>{' '}
              gets a challenge and one notification, <span className="mono">invoices.create</span> or the
              first type that it takes, with made-up ids, signed with the dev key.
            </li>
          ))}
        </ul>
      )}
      <p className="quiet">No verification is spent, and nothing is changed at Fatture in Cloud.</p>
    </Section>
  )
}

function GroupOf({ outcome, title, tone, icon, findings }: Group & { findings: DoctorFinding[] }) {
  if (findings.length === 0) return null
  return (
    <Section title={title} aside={<span className="quiet">{findings.length}</span>}>
      <ul className={classes.findings} data-outcome={outcome}>
        {findings.map(({ name, what, why, todo }) => (
          <li key={name + what} className={`${classes.finding} tone-${tone}`}>
            <span className={classes.sign}>
              <Icon name={icon} size={14} />
            </span>
            <span className={classes.name}>{name}</span>
            <div className={classes.words}>
              <p className={classes.what}>
                <Outside text={what} />
              </p>
              {why !== null && (
                <p className="quiet">
                  <Outside text={why} />
                </p>
              )}
              {todo !== null && (
                <p>
                  <Outside text={todo} />
                </p>
              )}
            </div>
          </li>
        ))}
      </ul>
    </Section>
  )
}
