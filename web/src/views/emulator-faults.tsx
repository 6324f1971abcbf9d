/** What the emulator does wrong, as switches: each says what an app should withstand. */

import { Button, NumberInput, Switch } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { EmulatorFaults as Faults } from '../../../src/contract/emulator.ts'
import { toRefusal } from '../asked.ts'
import { fetchFaults, setFaults } from '../emulator-api.ts'
import classes from './trigger.module.css'
import { Outside } from './outside.tsx'

type Named<T> = { [Name in keyof Faults]: Faults[Name] extends T ? Name : never }[keyof Faults]

const switches: { name: Named<boolean>; title: string; says: string }[] = [
  { name: 'twins', title: 'Twins', says: 'Every notification comes twice, with the same id.' },
  { name: 'wrongOrder', title: 'Wrong order', says: 'Of two events, the first comes two seconds late.' },
  {
    name: 'changedKey',
    title: 'Changed key',
    says: 'Signed with a key that nobody published: not to be trusted.',
  },
]

interface Amount {
  name: Named<number>
  title: string
  says: string
  /** What is shown is the fault divided by this. */
  unit: number
  min: number
  max: number
}

const amounts: Amount[] = [
  {
    name: 'lost',
    title: 'Lost messages',
    says: 'So many of the next never come, challenges included.',
    unit: 1,
    min: 0,
    max: 1_000,
  },
  {
    name: 'manyIds',
    title: 'Ids of an event',
    says: 'When the trigger names none.',
    unit: 1,
    min: 1,
    max: 1_000,
  },
  {
    name: 'slowMs',
    title: 'Slow, in seconds',
    says: 'Every message leaves this much later.',
    unit: 1_000,
    min: 0,
    max: 3_600,
  },
  {
    name: 'lateWelcomeMs',
    title: 'Late welcome, in seconds',
    says: 'After the verification; events may come first.',
    unit: 1_000,
    min: 0,
    max: 3_600,
  },
]

const noFaults: Faults = {
  twins: false,
  wrongOrder: false,
  changedKey: false,
  lost: 0,
  manyIds: 1,
  slowMs: 0,
  lateWelcomeMs: 0,
}

export function EmulatorFaults() {
  const [faults, setShown] = useState<Faults | null>(null)
  const [refusal, setRefusal] = useState<string | null>(null)
  useEffect(() => {
    fetchFaults().then(setShown, (thrown: unknown) => setRefusal(toRefusal(thrown).text))
  }, [])

  function change(changes: Partial<Faults>): void {
    setRefusal(null)
    setFaults(changes).then(setShown, (thrown: unknown) => setRefusal(toRefusal(thrown).text))
  }

  return (
    <div className={classes.form}>
      {faults && (
        <>
          {switches.map(({ name, title, says }) => (
            <Switch
              key={name}
              label={title}
              description={says}
              checked={faults[name]}
              onChange={(event) => change({ [name]: event.currentTarget.checked })}
            />
          ))}
          {amounts.map((amount) => (
            <AmountInput
              // What was set elsewhere takes the place of what was typed here.
              key={`${amount.name} ${faults[amount.name]}`}
              amount={amount}
              value={faults[amount.name]}
              onChange={(value) => change({ [amount.name]: value })}
            />
          ))}
          <Button size="xs" variant="default" disabled={isFaultless(faults)} onClick={() => change(noFaults)}>
            Nothing wrong any more
          </Button>
        </>
      )}
      {refusal !== null && (
        <p role="alert" className={classes.refusal}>
          <Outside text={refusal} />
        </p>
      )}
    </div>
  )
}

interface AmountInputProps {
  amount: Amount
  value: number
  onChange: (value: number) => void
}

/** Takes effect when the person has finished typing: by Enter, or by leaving the field. */
function AmountInput({ amount: { title, says, unit, min, max }, value, onChange }: AmountInputProps) {
  const [typed, setTyped] = useState<string | number>(value / unit)
  const take = () => {
    const wanted = Math.max(min, Number(typed) || 0)
    setTyped(wanted)
    if (wanted * unit !== value) onChange(Math.round(wanted * unit))
  }
  return (
    <NumberInput
      label={title}
      description={says}
      min={min}
      max={max}
      clampBehavior="strict"
      hideControls
      value={typed}
      onChange={setTyped}
      onBlur={take}
      onKeyDown={(event) => event.key === 'Enter' && take()}
    />
  )
}

function isFaultless(faults: Faults): boolean {
  return Object.entries(noFaults).every(([name, value]) => faults[name as keyof Faults] === value)
}
