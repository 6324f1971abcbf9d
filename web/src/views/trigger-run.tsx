/** How far the trigger is, with a button to stop it. */

import { Button, Progress } from '@mantine/core'
import type { Run, Triggering } from '../triggering.ts'
import type { Tone } from '../../../src/contract/vocabulary.ts'
import classes from './trigger.module.css'
import { Icon } from './icons.tsx'
import { Outside } from './outside.tsx'

const tones: Record<Run['phase'], Tone> = { running: 'quiet', done: 'good', stopped: 'warn', refused: 'bad' }

export function TriggerRun({ triggering: { run, stop } }: { triggering: Triggering }) {
  const isRunning = run?.phase === 'running'
  return (
    <div className={classes.run}>
      {run && isRunning && run.total > 1 && (
        <Progress value={(run.done / run.total) * 100} size="sm" aria-label="Progress" />
      )}
      <p className={`${classes.runLine} tone-${run ? tones[run.phase] : 'quiet'}`} role="status">
        {run && <Outside text={say(run)} />}
      </p>
      {isRunning && (
        <Button
          size="compact-sm"
          color="red"
          variant="light"
          leftSection={<Icon name="stop" size={12} />}
          onClick={stop}
        >
          Stop
        </Button>
      )}
    </div>
  )
}

function say({ phase, title, done, total, text }: Run): string {
  const so = `${done} of ${total}`
  switch (phase) {
    case 'running':
      return `${title}: ${so}`
    case 'done':
      return total === 1 ? `Sent: ${title}.` : `Sent all ${total}: ${title}.`
    case 'stopped':
      return `Stopped after ${so}: ${title}.`
    case 'refused':
      return text ?? 'It was refused.'
  }
}
