/** What the composer knows: the draft, what it would send, what would have been sent unchanged, and the answer. */

import { useEffect, useRef, useState } from 'react'
import type { ReplayPreview } from '../../src/contract/detail.ts'
import type { Delivery, Notification } from '../../src/contract/notification.ts'
import { sendReplay } from './api.ts'
import { toRefusal } from './asked.ts'
import { fetchPreview } from './detail-api.ts'
import { toDraft, toReplayRequest } from './draft.ts'
import type { Draft } from './draft.ts'
import type { Replaying } from './replaying.ts'

/** While a person types, the daemon is asked once for many letters. */
const typingMs = 120

interface Refusal {
  text: string
  hint: string | null
}

export interface Composing {
  draft: Draft
  change: (draft: Draft) => void
  /** As it was captured. */
  reset: () => void
  /** As the daemon would send it without a change; `null` while it is asked for. */
  unchanged: ReplayPreview | null
  /** As the daemon would send it now. */
  preview: ReplayPreview | null
  /** Why it cannot be sent like this. */
  refusal: Refusal | null
  sending: boolean
  /** Of what was sent from here, newest first. */
  answers: Delivery[]
  send: () => void
}

const anyTarget = 'http://localhost:3000/webhooks'

export function useComposing(notification: Notification, { target, sign }: Replaying): Composing {
  const [original] = useState(() => toDraft(notification, target ?? anyTarget, sign))
  const [draft, change] = useState(original)
  const [unchanged, setUnchanged] = useState<ReplayPreview | null>(null)
  const [preview, setPreview] = useState<ReplayPreview | null>(null)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const [answers, setAnswers] = useState<Delivery[]>([])
  const [sending, setSending] = useState(false)
  const asked = useRef(0)
  const { seq } = notification

  useEffect(() => {
    fetchPreview(seq, { to: original.to }).then(setUnchanged, (thrown: unknown) =>
      setRefusal(toRefusal(thrown)),
    )
  }, [seq, original])

  useEffect(() => {
    const number = ++asked.current
    const timer = setTimeout(() => {
      fetchPreview(seq, toReplayRequest(draft, notification)).then(
        (told) => {
          if (number !== asked.current) return
          setPreview(told)
          setRefusal(null)
        },
        (thrown: unknown) => {
          if (number === asked.current) setRefusal(toRefusal(thrown))
        },
      )
    }, typingMs)
    return () => clearTimeout(timer)
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- deliveries of the notification change, what it said does not
  }, [seq, draft])

  async function send(): Promise<void> {
    setSending(true)
    try {
      const delivery = await sendReplay(seq, toReplayRequest(draft, notification))
      setAnswers((before) => [delivery, ...before])
      setRefusal(null)
    } catch (thrown) {
      setRefusal(toRefusal(thrown))
    }
    setSending(false)
  }

  return {
    draft,
    change,
    reset: () => change(original),
    unchanged,
    preview,
    refusal,
    sending,
    answers,
    send: () => {
      if (!sending) void send()
    },
  }
}
