/** The field that changes where notifications go, until fic-dev ends. */

import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { toRefusal, useAsked } from '../asked.ts'
import { fetchTargets, nameTargets } from '../board-api.ts'
import type { Network } from '../network.ts'
import { sayChange, toTargetText, toTargetWords } from '../target-text.ts'
import { Outside } from './outside.tsx'
import classes from './target-form.module.css'

interface TargetFormProps {
  /** The present ones: when they change, so does the text. */
  urls: string[]
  network: Network
}

export function TargetForm({ urls, network }: TargetFormProps) {
  const present = useAsked(fetchTargets, urls.join(' '))
  /** `null`: as it is now. */
  const [draft, setDraft] = useState<string | null>(null)
  const [outcome, setOutcome] = useState<Outcome | null>(null)
  const [isBusy, setBusy] = useState(false)
  const text = draft ?? (present.phase === 'come' ? toTargetText(present.value.forwardTo) : urls.join(' '))

  async function change(): Promise<void> {
    setBusy(true)
    setOutcome(null)
    try {
      setOutcome({ tone: 'good', lines: sayChange(await nameTargets(toTargetWords(text))) })
      setDraft(null)
      network.renewStatus()
    } catch (thrown) {
      const { text: says, hint } = toRefusal(thrown)
      setOutcome({ tone: 'bad', lines: [says, ...(hint === null ? [] : [hint])] })
    }
    setBusy(false)
  }

  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault()
        void change()
      }}
    >
      <TextInput
        size="xs"
        label="Forward to"
        description="A URL, or types=url for some event types. Separate several with spaces."
        placeholder="http://localhost:3000/webhooks"
        value={text}
        onChange={(event) => setDraft(event.currentTarget.value)}
      />
      <Button type="submit" size="xs" variant="default" loading={isBusy} disabled={draft === null}>
        {toTargetWords(text).length > 0 ? 'Change target' : 'Stop forwarding'}
      </Button>
      <div className={classes.outcome} role={outcome?.tone === 'bad' ? 'alert' : 'status'}>
        {outcome?.lines.map((line) => (
          <p key={line} className={outcome.tone === 'bad' ? 'tone-bad' : undefined}>
            <Outside text={line} />
          </p>
        ))}
      </div>
    </form>
  )
}

interface Outcome {
  tone: 'good' | 'bad'
  lines: string[]
}
