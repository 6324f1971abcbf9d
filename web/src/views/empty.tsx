/** What stands beside the list while nothing is opened: the way to the first event, then the keys. */

import { Kbd } from '@mantine/core'
import { toChecklist } from '../checklist.ts'
import type { Step } from '../checklist.ts'
import { keyHelp } from '../key-help.ts'
import type { Seen } from '../seen.ts'
import type { Status } from '../../../src/contract/status.ts'
import { CopyText } from './copy-button.tsx'
import classes from './empty.module.css'
import { Icon } from './icons.tsx'
import { Outside } from './outside.tsx'

export function Empty({ status, seen }: { status: Status | null; seen: Seen }) {
  if (!status) return null
  const steps = toChecklist(status, seen)
  const waiting = steps.findIndex((step) => !step.done)
  return (
    <div className={classes.empty}>
      {waiting === -1 ? (
        <p className={classes.lead}>Everything works. Open a notification to see what it says.</p>
      ) : (
        <>
          <h2 className={classes.title}>The way to your first event</h2>
          <ol className={classes.steps}>
            {steps.map((step, index) => (
              <StepLine key={step.title} step={step} waits={index === waiting} />
            ))}
          </ol>
        </>
      )}
      <Keys emulated={status.emulatorUrl !== null} />
    </div>
  )
}

function StepLine({ step, waits }: { step: Step; waits: boolean }) {
  const state = step.done ? 'done' : waits ? 'waits' : 'later'
  return (
    <li className={classes.step} data-state={state}>
      <span className={classes.mark} role="img" aria-label={step.done ? 'done' : waits ? 'waiting' : 'later'}>
        {step.done && <Icon name="check" size={12} />}
      </span>
      <div className={classes.words}>
        <p className={classes.name}>{step.title}</p>
        {state !== 'later' && (
          <p className={classes.says}>
            <Outside text={step.says} />
          </p>
        )}
        {state !== 'later' && step.copy && (
          <p className={classes.copy}>
            <code>
              <Outside text={step.copy} />
            </code>
            <CopyText text={step.copy} label={`Copy ${step.copy}`} />
          </p>
        )}
      </div>
    </li>
  )
}

function Keys({ emulated }: { emulated: boolean }) {
  return (
    <dl className={classes.keys} aria-label="Keys">
      {keyHelp
        .filter(({ names, emulator }) => shownKeys.has(names[0] ?? '') && (emulated || !emulator))
        .map(({ names, does }) => (
          <div key={does}>
            <dt>
              {names.map((name) => (
                <Kbd key={name} size="xs">
                  {name}
                </Kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
    </dl>
  )
}

/** Those that help at the beginning; ? tells of all. */
const shownKeys: ReadonlySet<string> = new Set(['j', 'Enter', 'r', '/', 't', '?'])
