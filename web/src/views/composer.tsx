/** Edit and replay: the message at the left, at the right what differs from the original, and then the answer. */

import { Button } from '@mantine/core'
import { useEffect } from 'react'
import type { ReactNode } from 'react'
import type { Notification } from '../../../src/contract/notification.ts'
import type { Status } from '../../../src/contract/status.ts'
import { useComposing } from '../composing.ts'
import type { Composing } from '../composing.ts'
import type { Replaying } from '../replaying.ts'
import { ComposerAnswer } from './composer-answer.tsx'
import { ComposerBody } from './composer-body.tsx'
import { ComposerFields } from './composer-fields.tsx'
import { ComposerHeaders } from './composer-headers.tsx'
import classes from './composer.module.css'
import { Difference } from './difference.tsx'
import { Icon } from './icons.tsx'
import { Outside } from './outside.tsx'
import { Panel } from './panel.tsx'

interface ComposerProps {
  notification: Notification
  status: Status | null
  replaying: Replaying
  nowMs: number
  onClose: () => void
}

export function Composer({ notification, status, replaying, nowMs, onClose }: ComposerProps) {
  const composing = useComposing(notification, replaying)
  const { refusal, sending, answers, send, reset } = composing
  useSendKey(send)
  return (
    <Panel title={`Edit and replay no. ${notification.seq}`} onClose={onClose}>
      <div className={classes.composer}>
        <div className={classes.message}>
          <Block title="Message">
            <ComposerFields
              notification={notification}
              composing={composing}
              targets={status?.targets.map(({ url }) => url) ?? []}
            />
          </Block>
          <Block title="Body">
            <ComposerBody composing={composing} />
          </Block>
          <Block title="Headers">
            <ComposerHeaders composing={composing} />
          </Block>
        </div>
        <div className={classes.outcome}>
          {answers.length > 0 && (
            <Block title="Answer">
              <ComposerAnswer answers={answers} nowMs={nowMs} />
            </Block>
          )}
          <Block title="Difference to the original">
            <Changes composing={composing} />
          </Block>
        </div>
      </div>
      <footer className={classes.foot}>
        {refusal && (
          <p className={classes.refusal} role="alert">
            <Outside text={refusal.text} /> {refusal.hint !== null && <Outside text={refusal.hint} />}
          </p>
        )}
        <Button variant="default" size="xs" onClick={reset}>
          As it came
        </Button>
        <Button
          size="xs"
          leftSection={<Icon name="replay" size={14} />}
          loading={sending}
          title="Send it (Ctrl or ⌘ and Enter)"
          onClick={send}
        >
          Send
        </Button>
      </footer>
    </Panel>
  )
}

function Block({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes.block} aria-label={title}>
      <h3>{title}</h3>
      {children}
    </section>
  )
}

function Changes({ composing: { unchanged, preview } }: { composing: Composing }) {
  if (!unchanged || !preview) return null
  const toSide = (title: string, { method, url, headers, body }: typeof preview) => ({
    title,
    facts: [['request', `${method} ${url}`] as [string, string]],
    headers,
    body,
  })
  return (
    <Difference left={toSide('as it came', unchanged)} right={toSide('as it will be sent', preview)} brief />
  )
}

/** Also from within the editor. */
function useSendKey(send: () => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      event.stopPropagation()
      send()
    }
    window.addEventListener('keydown', press, { capture: true })
    return () => window.removeEventListener('keydown', press, { capture: true })
  }, [send])
}
