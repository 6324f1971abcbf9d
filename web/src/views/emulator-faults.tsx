/** What the emulator does wrong, as switches: each says what an app should withstand. */

import { Button, NumberInput, Select, Switch } from '@mantine/core'
import { useEffect, useState } from 'react'
import { faultNames, faultRules, noFaults } from '../../../src/contract/vocabulary.ts'
import type { FaultRule, Faults } from '../../../src/contract/vocabulary.ts'
import { toRefusal } from '../asked.ts'
import { fetchFaults, setFaults } from '../emulator-api.ts'
import classes from './trigger.module.css'
import { Outside } from './outside.tsx'

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
          {faultNames.map((name) => (
            <Fault
              // What was set elsewhere takes the place of what was typed here.
              key={`${name} ${JSON.stringify(faults[name])}`}
              rule={faultRules[name]}
              unit={name.endsWith('Ms') ? 1_000 : 1}
              value={faults[name]}
              onChange={(value) => change({ [name]: value })}
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

interface FaultProps<Value> {
  rule: FaultRule
  /** What is shown is a number divided by this. */
  unit: number
  value: Value
  onChange: (value: Value) => void
}

function Fault({ rule, unit, value, onChange }: FaultProps<unknown>) {
  const { title, says, words } = rule
  if (typeof value === 'number')
    return <AmountInput rule={rule} unit={unit} value={value} onChange={onChange} />
  if (words) {
    return (
      <Select
        label={title}
        description={says}
        data={words.map(String)}
        value={String(value)}
        allowDeselect={false}
        onChange={onChange}
      />
    )
  }
  // Another value is made with the API; here it can be switched off.
  if (typeof value !== 'boolean' && value === rule.standard) return null
  return (
    <Switch
      label={title}
      description={says}
      checked={value !== rule.standard}
      onChange={(event) => onChange(event.currentTarget.checked ? true : rule.standard)}
    />
  )
}

/** Takes effect when the person has finished typing: by Enter, or by leaving the field. */
function AmountInput({ rule, unit, value, onChange }: FaultProps<number>) {
  const { title, says, standard, most = 0 } = rule
  const [typed, setTyped] = useState<string | number>(value / unit)
  const min = Number(standard) / unit
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
      max={most / unit}
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
  return faultNames.every((name) => faults[name] === noFaults[name])
}
