/** Fetches fixtures, and hands them to the browser as files. */

import type { Fixture } from '../../src/contract/fixture.ts'
import { openStream } from './api.ts'
import { save } from './download.ts'

interface Wanted {
  /** A short name; `null` for all that were seen. */
  type: string | null
  keepTokens: boolean
}

/** All in one file, as `fic-dev import` reads them. */
export async function downloadFixtures(keepTokens: boolean): Promise<void> {
  save(new Blob([await fetchText({ type: null, keepTokens })]), 'fixtures.ndjson')
}

/** One as the file that `fic-dev export --fixtures --dir` would write. */
export async function downloadFixture(type: string, keepTokens: boolean): Promise<void> {
  save(new Blob([await fetchFixture(type, keepTokens)]), `${type.replaceAll(/[^\w.-]/g, '-')}.json`)
}

/** What a test sends, as JSON. */
export async function fetchFixture(type: string, keepTokens: boolean): Promise<string> {
  const text = await fetchText({ type, keepTokens })
  if (text === '') throw new Error(`There is no ${type} any more.`)
  const fixture = JSON.parse(text) as Fixture
  return `${JSON.stringify({ type: fixture.type, ...fixture.request }, null, 2)}\n`
}

async function fetchText({ type, keepTokens }: Wanted): Promise<string> {
  const search = new URLSearchParams({
    ...(type !== null && { type }),
    ...(keepTokens && { tokens: 'keep' }),
  })
  const reader = await openStream(`/api/fixtures?${search}`, {})
  const decoder = new TextDecoder()
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    text += decoder.decode(value, { stream: true })
  }
}
