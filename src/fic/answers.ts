/** What an answer to a notification means to Fatture in Cloud (docs/protocol.md#how-fic-interprets-a-response). */

import type { Verdict } from '../contract/vocabulary.ts'

const accepted = new Set([200, 201, 202, 204, 102])

/** The verdict on a status; `null` stands for no answer, a time-out included. */
export function judgeAnswer(status: number | null): Verdict {
  if (status === null || (status >= 500 && status <= 599)) return 'retried'
  if (accepted.has(status)) return 'delivered'
  return status === 410 ? 'subscription-deleted' : 'dropped'
}

/** One sentence for a person: what Fatture in Cloud would do with that answer. */
export function explainVerdict(verdict: Verdict, status: number | null): string {
  const answer = status === null ? 'No answer in time' : `The answer ${status}`
  switch (verdict) {
    case 'delivered':
      return `${answer} counts as delivered, and clears the expiration date of the subscription if there is one.`
    case 'retried':
      return `${answer} makes Fatture in Cloud try again, up to four attempts in all; if every one fails, it drops the notification and the subscription expires 10 days after the first error unless a delivery succeeds.`
    case 'dropped':
      return `${answer} makes Fatture in Cloud drop the notification at once, and the subscription expires 10 days after the first error unless a delivery succeeds.`
    case 'subscription-deleted':
      return `${answer} makes Fatture in Cloud delete the subscription at once.`
    case 'pending':
      return 'There is no answer yet.'
  }
}
