/** Reads which notifications a person means: numbers, ranges, or `last`. */

import type { NotificationPage } from '../contract/api.ts'
import { FicDevError } from '../errors.ts'
import type { Client } from './client.ts'

/** No range is meant to be longer; a slip like `1-10000000` would keep the tool busy for hours. */
const longestRange = 10_000

/** `['3', '5-7', 'last']` → numbers in that order. */
export async function readSeqs(words: readonly string[], client: Client): Promise<number[]> {
  const seqs: number[] = []
  for (const word of words) seqs.push(...(word === 'last' ? [await lastSeq(client)] : readRange(word)))
  return seqs
}

function readRange(word: string): number[] {
  const [, first, last] = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(word) ?? []
  const from = Number(first)
  const length = Number(last ?? first) - from + 1
  if (first === undefined || from < 1 || length < 1 || length > longestRange) {
    throw new FicDevError('USAGE', `"${word}" is not the number of a notification.`, {
      hint: 'Examples: 12, 12-15, last. fic-dev list shows the numbers.',
    })
  }
  return Array.from({ length }, (_, index) => from + index)
}

async function lastSeq(client: Client): Promise<number> {
  const page = await client.request<NotificationPage>('GET', '/api/notifications?limit=1')
  const newest = page.items[0]
  if (newest) return newest.seq
  throw new FicDevError('NOT_FOUND', 'There is no notification yet.', {
    hint: 'With --emulator: fic-dev trigger issued_documents.invoices.create',
  })
}
