/** Makes the emulator send events: a searchable type, ids, how many. */

import { Button, NumberInput, Popover, Select, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { SubmitEvent } from 'react'
import type { EventTypeEntry, TriggerRequest } from '../../../src/contract/api.ts'
import { fetchTypes } from '../api.ts'
import { readIds } from '../ids.ts'
import { Icon } from './icons.tsx'
import classes from './trigger.module.css'

interface TriggerProps {
  opened: boolean
  onChange: (opened: boolean) => void
  /** Whether the emulator took it. */
  onTrigger: (request: TriggerRequest) => Promise<boolean>
}

export function Trigger({ opened, onChange, onTrigger }: TriggerProps) {
  return (
    <Popover
      opened={opened}
      onChange={onChange}
      position="bottom-end"
      width={330}
      shadow="md"
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <Button
          size="xs"
          variant="default"
          leftSection={<Icon name="bolt" size={14} />}
          title="Make the emulator send an event (t)"
          onClick={() => onChange(!opened)}
        >
          Trigger
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <TriggerForm onTrigger={onTrigger} />
      </Popover.Dropdown>
    </Popover>
  )
}

/** What the form held when it was last closed: the next event is often the same. */
let last = { type: 'issued_documents.invoices.create', ids: '', count: 1 }

function TriggerForm({ onTrigger }: Pick<TriggerProps, 'onTrigger'>) {
  const [types, setTypes] = useState<EventTypeEntry[]>([])
  const [form, setForm] = useState(last)
  const [sending, setSending] = useState(false)
  const [sent, setSent] = useState('')

  useEffect(() => {
    last = form
  }, [form])

  useEffect(() => {
    fetchTypes().then(setTypes, () => setTypes([]))
  }, [])

  async function send(event: SubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    setSending(true)
    const ids = readIds(form.ids)
    const request: TriggerRequest = { type: form.type, count: form.count, ...(ids.length > 0 && { ids }) }
    const taken = await onTrigger(request)
    setSending(false)
    setSent(taken ? `Sent${form.count > 1 ? ` ${form.count}` : ''}.` : '')
  }

  return (
    <form className={classes.form} onSubmit={(event) => void send(event)}>
      <Select
        label="Event type"
        data-autofocus
        searchable
        openOnFocus={false}
        allowDeselect={false}
        maxDropdownHeight={300}
        nothingFoundMessage="No such type"
        comboboxProps={{ withinPortal: false }}
        data={toOptions(types, form.type)}
        value={form.type}
        onChange={(type) => setForm({ ...form, type: type ?? form.type })}
      />
      <TextInput
        label="Ids"
        placeholder="one is made up"
        description="Separated by commas"
        value={form.ids}
        onChange={(event) => setForm({ ...form, ids: event.currentTarget.value })}
      />
      <NumberInput
        label="How many events"
        min={1}
        max={200}
        clampBehavior="strict"
        value={form.count}
        onChange={(count) => setForm({ ...form, count: Number(count) || 1 })}
      />
      <div className={classes.foot}>
        <Button type="submit" size="xs" loading={sending}>
          Send
        </Button>
        <span role="status">{sent}</span>
      </div>
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
