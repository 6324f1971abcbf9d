/** The lamps: does the tunnel carry, the subscription stand, the target answer, the team get its share? Words open on a press. */

import { Button, Popover, UnstyledButton } from '@mantine/core'
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { Status } from '../../../src/contract/status.ts'
import { readLamps } from '../lamp-words.ts'
import type { Lamp } from '../lamp-words.ts'
import classes from './lamps.module.css'
import { Outside } from './outside.tsx'

interface LampsProps {
  status: Status
  nowMs: number
  onExamine: () => void
}

export function Lamps({ status, nowMs, onExamine }: LampsProps) {
  return (
    <div className={classes.lamps} role="group" aria-label="State of the parts">
      {readLamps(status, nowMs).map((lamp) => (
        <LampButton key={lamp.name} lamp={lamp} onExamine={onExamine} />
      ))}
    </div>
  )
}

function LampButton({ lamp, onExamine }: { lamp: Lamp; onExamine: () => void }) {
  const [opened, setOpened] = useState(false)
  const isTrouble = lamp.tone === 'bad' || lamp.tone === 'warn'
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="bottom"
      width={360}
      shadow="md"
      withArrow
      trapFocus={false}
    >
      <Popover.Target>
        <UnstyledButton
          className={`${classes.lamp} tone-${lamp.tone}`}
          data-lamp={lamp.name}
          onClick={() => setOpened(!opened)}
        >
          <span className={classes.dot} data-tone={lamp.tone} />
          <span className={classes.name}>{lamp.name}</span>
          <span className={classes.word}>{lamp.word}</span>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown className={classes.panel}>
        <p className={`${classes.title} tone-${lamp.tone}`}>
          {lamp.name}: <b>{lamp.word}</b>
        </p>
        {lamp.says.map((sentence) => (
          <p key={sentence}>
            <Outside text={sentence} />
          </p>
        ))}
        {lamp.facts.length > 0 && (
          <dl className={classes.facts}>
            {lamp.facts.map(([name, value]) => (
              <Fact key={name + value} name={name}>
                <Outside text={value} />
              </Fact>
            ))}
          </dl>
        )}
        {isTrouble && (
          <Button
            size="compact-sm"
            variant="default"
            mt={10}
            onClick={() => {
              setOpened(false)
              onExamine()
            }}
          >
            Have the doctor look
          </Button>
        )}
      </Popover.Dropdown>
    </Popover>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
