/** The fields of a draft: where it goes, how it is signed, type, ids, mapping. */

import { Autocomplete, SegmentedControl, TextInput } from '@mantine/core'
import type { Notification } from '../../../src/contract/notification.ts'
import type { Mapping, ReplaySignature } from '../../../src/contract/vocabulary.ts'
import { fetchTypes } from '../api.ts'
import { useAsked } from '../asked.ts'
import type { Composing } from '../composing.ts'
import { withField } from '../draft.ts'
import classes from './composer.module.css'

interface ComposerFieldsProps {
  notification: Notification
  composing: Composing
  /** Those that are configured. */
  targets: string[]
}

export function ComposerFields({ notification, composing, targets }: ComposerFieldsProps) {
  const { draft, change } = composing
  const types = useAsked(fetchTypes, '')
  const isCloudEvent = notification.cloudEvent !== null
  return (
    <div className={classes.fields}>
      <Autocomplete
        className={classes.wide}
        label="Target"
        openOnFocus={false}
        data-autofocus
        data={targets}
        value={draft.to}
        onChange={(to) => change({ ...draft, to })}
      />
      <Autocomplete
        className={classes.wide}
        label="Event type"
        openOnFocus={false}
        description="Any name will do, made-up ones too"
        disabled={!isCloudEvent}
        limit={100}
        data={
          types.phase === 'come' ? types.value.filter((one) => !one.members).map((one) => one.shortName) : []
        }
        value={draft.type}
        onChange={(type) => change(withField(draft, { type }))}
      />
      <TextInput
        className={classes.wide}
        label="Ids"
        description="Separated by commas"
        disabled={!isCloudEvent}
        value={draft.ids}
        onChange={(event) => change(withField(draft, { ids: event.currentTarget.value }))}
      />
      <Choice<Mapping>
        label="Mapping"
        disabled={!isCloudEvent}
        value={draft.mapping}
        choices={{ binary: 'Binary', structured: 'Structured' }}
        onChange={(mapping) => change(withField(draft, { mapping }))}
      />
      <Choice<ReplaySignature>
        label="Signature"
        value={draft.sign}
        choices={{ original: 'Original', dev: 'Dev key', none: 'None' }}
        onChange={(sign) => change({ ...draft, sign })}
      />
      {!isCloudEvent && (
        <p className={classes.note}>
          It is no CloudEvent, so type, ids and mapping cannot be changed. Body and headers can.
        </p>
      )}
    </div>
  )
}

interface ChoiceProps<T extends string> {
  label: string
  disabled?: boolean
  value: T
  choices: Record<T, string>
  onChange: (value: T) => void
}

function Choice<T extends string>({ label, disabled = false, value, choices, onChange }: ChoiceProps<T>) {
  const values = Object.keys(choices) as T[]
  return (
    <div className={classes.choice}>
      <span className={classes.label}>{label}</span>
      <SegmentedControl
        size="xs"
        aria-label={label}
        disabled={disabled}
        value={value}
        data={values.map((each) => ({ value: each, label: choices[each] }))}
        onChange={(next) => onChange(values.find((each) => each === next) ?? value)}
      />
    </div>
  )
}
