/** Explains a pasted token claim by claim, as the sink would judge it. It stands nowhere but in this field. */

import { Button, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { FormEvent } from 'react'
import type { TokenExplanation, TokenRequest } from '../../../src/contract/api.ts'
import { toRefusal } from '../asked.ts'
import type { Asked } from '../asked.ts'
import { explainToken } from '../board-api.ts'
import { Claims, Outcome } from './genuine.tsx'
import { Outside } from './outside.tsx'
import type { ScreenProps } from './screens.tsx'
import screen from './screens.module.css'
import { Section } from './section.tsx'
import classes from './token-screen.module.css'

export function TokenScreen({ state }: ScreenProps) {
  const [token, setToken] = useState('')
  const [number, setNumber] = useState('')
  const [asked, setAsked] = useState<Asked<TokenExplanation> | null>(null)
  const isNumber = /^\s*\d{1,15}\s*$/.test(number) && Number(number) > 0
  const isWrong = number.trim() !== '' && !isNumber
  const canAsk = state.link.phase === 'live' && !isWrong && (token.trim() !== '' || isNumber)

  async function ask(event?: FormEvent): Promise<void> {
    event?.preventDefault()
    if (!canAsk) return
    const request: TokenRequest = {
      ...(token.trim() !== '' && { token }),
      ...(isNumber && { notification: Number(number) }),
    }
    setAsked({ phase: 'asking' })
    try {
      setAsked({ phase: 'come', value: await explainToken(request) })
    } catch (thrown) {
      setAsked(toRefusal(thrown))
    }
  }

  return (
    <>
      <div className={screen.head}>
        <h2>Explain a token</h2>
      </div>
      <form className={classes.form} onSubmit={(event) => void ask(event)}>
        <Textarea
          label="Token"
          description={'With or without "Bearer". It is judged on this machine and kept nowhere.'}
          placeholder="eyJ…"
          autosize
          minRows={4}
          maxRows={10}
          spellCheck={false}
          autoComplete="off"
          value={token}
          onChange={({ currentTarget }) => setToken(currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey) return
            event.preventDefault()
            void ask()
          }}
          classNames={{ input: classes.token ?? '' }}
        />
        <div className={classes.row}>
          <TextInput
            label="Compare with notification no."
            description="As of its arrival; alone, the token that it came with."
            placeholder="12"
            inputMode="numeric"
            error={isWrong ? 'A number, as the list shows it' : null}
            value={number}
            onChange={({ currentTarget }) => setNumber(currentTarget.value)}
          />
          <Button type="submit" disabled={!canAsk}>
            Explain
          </Button>
        </div>
      </form>
      <div aria-live="polite">
        {asked?.phase === 'refused' && (
          <p className={`${classes.refused} tone-bad`}>
            <b>
              <Outside text={asked.text} />
            </b>{' '}
            {asked.hint !== null && <Outside text={asked.hint} />}
          </p>
        )}
        {asked?.phase === 'come' && <Explained explanation={asked.value} />}
      </div>
    </>
  )
}

function Explained({ explanation }: { explanation: TokenExplanation }) {
  const { outcome, notification, header, payload, claims, problems, notes } = explanation
  // What a claim says stands with the claim; the rest is about the token as a whole.
  const others = problems.filter((problem) => !claims.some(({ says }) => says === problem))
  return (
    <div className={classes.explained}>
      <Section title="Does it hold?" aside={<Outcome signature={{ outcome }} />}>
        {notification !== null && (
          <p>
            Compared with notification <a href={`#/n/${notification}`}>{notification}</a>, as of its arrival.
          </p>
        )}
        {others.map((problem) => (
          <p key={problem} className={classes.problem}>
            <Outside text={problem} />
          </p>
        ))}
        <Claims claims={claims} holds={outcome === 'valid'} />
        {notes.map((note) => (
          <p key={note} className={classes.note}>
            <Outside text={note} />
          </p>
        ))}
      </Section>
      {(header !== null || payload !== null) && (
        <Section title="What stands in it">
          {[header, payload].map(
            (part, index) =>
              part !== null && (
                <pre
                  key={index === 0 ? 'header' : 'payload'}
                  className={screen.pem}
                  tabIndex={0}
                  aria-label={index === 0 ? 'Header of the token' : 'Payload of the token'}
                >
                  <Outside text={JSON.stringify(part, null, 2)} lines />
                </pre>
              ),
          )}
        </Section>
      )}
    </div>
  )
}
