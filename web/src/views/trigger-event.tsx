/** Events of one type: which ids, how many, how fast. */

import { Button, NumberInput, SegmentedControl, Select, TextInput } from '@mantine/core'
import type { SubmitEvent } from 'react'
import type { EventTypeEntry } from '../../../src/contract/api.ts'
import { isOneOf, mappings } from '../../../src/contract/vocabulary.ts'
import { fetchTypes } from '../api.ts'
import { useAsked } from '../asked.ts'
import { planEvents } from '../trigger-plan.ts'
import type { TriggerForm, TriggerPlan } from '../trigger-plan.ts'
import { capitalise } from '../words.ts'
import classes from './trigger.module.css'

export const firstForm: TriggerForm = {
  type: 'issued_documents.invoices.create',
  ids: '',
  count: 1,
  perSecond: null,
  mapping: null,
}

const rates = [
  { value: '', label: 'All at once' },
  { value: '1', label: '1 a second' },
  { value: '5', label: '5 a second' },
  { value: '20', label: '20 a second' },
  { value: '50', label: '50 a second' },
]

interface TriggerEventProps {
  form: TriggerForm
  onChange: (form: TriggerForm) => void
  onStart: (plan: TriggerPlan) => void
}

export function TriggerEvent({ form, onChange, onStart }: TriggerEventProps) {
  const types = useAsked(fetchTypes, '')
  function start(event: SubmitEvent<HTMLFormElement>): void {
    event.preventDefault()
    onStart(planEvents(form))
  }
  return (
    <form className={classes.form} onSubmit={start}>
      <Select
        label="Event type"
        data-autofocus
        searchable
        openOnFocus={false}
        allowDeselect={false}
        maxDropdownHeight={300}
        nothingFoundMessage="No such type"
        data={toOptions(types.phase === 'come' ? types.value : [], form.type)}
        value={form.type}
        onChange={(type) => onChange({ ...form, type: type ?? form.type })}
      />
      <TextInput
        label="Ids"
        placeholder="made up"
        description="Separated by commas; each event has all of them"
        value={form.ids}
        onChange={(event) => onChange({ ...form, ids: event.currentTarget.value })}
      />
      <div className={classes.pair}>
        <NumberInput
          label="How many events"
          min={1}
          max={10_000}
          clampBehavior="strict"
          value={form.count}
          onChange={(count) => onChange({ ...form, count: Number(count) || 1 })}
        />
        <Select
          label="How fast"
          allowDeselect={false}
          data={rates}
          value={String(form.perSecond ?? '')}
          onChange={(rate) => onChange({ ...form, perSecond: rate ? Number(rate) : null })}
        />
      </div>
      <div>
        <span className={classes.label}>Mapping</span>
        <SegmentedControl
          size="xs"
          fullWidth
          aria-label="Mapping"
          value={form.mapping ?? ''}
          onChange={(value) => onChange({ ...form, mapping: isOneOf(mappings, value) ? value : null })}
          data={[
            { value: '', label: 'As subscribed' },
            ...mappings.map((value) => ({ value, label: capitalise(value) })),
          ]}
        />
      </div>
      <Button type="submit" size="xs">
        Send
      </Button>
    </form>
  )
}

/** The types that the subscription holds come first: the emulator sends no others. */
function toOptions(types: EventTypeEntry[], chosen: string) {
  const single = types.filter((entry) => entry.members === null)
  const held = single.filter((entry) => entry.held).map((entry) => entry.shortName)
  const others = single.filter((entry) => !entry.held).map((entry) => entry.shortName)
  if (single.length === 0) return [chosen]
  if (held.length === 0 || others.length === 0) return [...held, ...others]
  return [
    { group: 'Subscribed', items: held },
    { group: 'Not subscribed', items: others },
  ]
}
