/** Applies a config file that changes while fic-dev runs: its targets and headers at once, the rest at the next start. */

import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { readConfig, type ConfigInput, type ReadConfig } from '../config/read-config.ts'
import { settingKeys, type SettingKey } from '../config/settings.ts'
import type { Forwarding } from '../delivery/forwarding.ts'
import { FicDevError, hasCode } from '../errors.ts'

/** A stat instead of a watcher: it also sees changes on network disks and in containers, and files that are replaced. */
const usualLookEveryMs = 300

export interface ConfigWatchParts {
  /** What the configuration was read from at the start. */
  input: ConfigInput
  first: ReadConfig
  forwarding: Pick<Forwarding, 'apply' | 'settings'>
  /** What was applied, and what was not; a sentence. */
  onNote(text: string): void
  onError(error: unknown): void
  /** Tests shorten it. */
  lookEveryMs?: number
}

export interface ConfigWatch {
  start(): void
  /** Resolves when a change that is being applied is applied. */
  close(): Promise<void>
}

export function createConfigWatch(parts: ConfigWatchParts): ConfigWatch {
  const { first, input, lookEveryMs = usualLookEveryMs } = parts
  let last = first
  let isOver = false
  let changing: Promise<void> = Promise.resolve()

  async function changed(file: string): Promise<void> {
    if (isOver) return
    if (!existsSync(file)) {
      if (last.file !== null) parts.onNote(`${file} is gone. The present settings stay until the next start.`)
      return
    }
    try {
      const next = await readConfig(input)
      if (isOver) return
      await apply(last, next, parts)
      last = next
    } catch (error) {
      parts.onError(toFileError(file, error))
    }
  }

  let stops: (() => void)[] = []
  return {
    start() {
      stops = first.configFiles.map((file) =>
        watch(file, lookEveryMs, () => (changing = changing.then(() => changed(file)))),
      )
    },
    async close() {
      isOver = true
      for (const stop of stops) stop()
      await changing
    },
  }
}

async function apply(last: ReadConfig, next: ReadConfig, parts: ConfigWatchParts): Promise<void> {
  const { changed, outranked, atNextStart } = compare(last, next)
  const name = path.basename(next.file ?? '')
  for (const note of next.notes.filter((one) => !last.notes.includes(one))) parts.onNote(note)
  if (changed.length > 0) {
    const settings = { ...parts.forwarding.settings() }
    if (changed.includes('forwardTo')) settings.forwardTo = next.config.forwardTo
    if (changed.includes('headers')) settings.headers = next.config.headers
    await parts.forwarding.apply(settings, next.sources.forwardTo)
    parts.onNote(`${name} changed: ${changed.join(' and ')} applied. ${sayTargets(settings.forwardTo)}`)
  }
  for (const key of outranked) {
    parts.onNote(`${name} changed: ${key} stays, because it was set by ${sayPlace(next.sources[key])}.`)
  }
  if (atNextStart.length > 0) {
    parts.onNote(`${name} changed: ${atNextStart.join(', ')} will apply at the next start.`)
  }
}

interface Differences {
  /** Applied at once. */
  changed: SettingKey[]
  /** A flag or the environment is stronger than the file. */
  outranked: SettingKey[]
  atNextStart: SettingKey[]
}

/** What the file says now and did not say before. */
function compare(
  last: Pick<ReadConfig, 'written'>,
  next: Pick<ReadConfig, 'written' | 'sources'>,
): Differences {
  const keys = settingKeys.filter((key) => !isSame(last.written[key], next.written[key]))
  const isOutranked = (key: SettingKey) => /^(?:flag|environment)\b/.test(next.sources[key])
  const isLive = (key: SettingKey) => key === 'forwardTo' || key === 'headers'
  return {
    changed: keys.filter((key) => isLive(key) && !isOutranked(key)),
    outranked: keys.filter(isOutranked),
    atNextStart: keys.filter((key) => !isLive(key) && !isOutranked(key)),
  }
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function sayTargets(forwardTo: readonly { url: string }[]): string {
  if (forwardTo.length === 0) return 'Nothing is forwarded.'
  return `Notifications go to ${forwardTo.map(({ url }) => url).join(', ')}.`
}

function sayPlace(source: string): string {
  return source === 'flag' ? 'a flag' : source.replace(/^environment /, '')
}

/** On one line, with what to do while fic-dev runs. */
function toFileError(file: string, error: unknown): unknown {
  if (!(error instanceof FicDevError)) return error
  const message = error.message.replace(/:\n\s*- /, ': ').replaceAll(/\n\s*- /g, ' ')
  return new FicDevError(hasCode(error, 'CONFIG_FILE') ? 'CONFIG_FILE' : 'CONFIG_INVALID', message, {
    hint: `The present targets and settings stay. Correct ${path.basename(file)} and save it again.`,
    cause: error,
  })
}

/** Calls back when the file was changed, created or removed, once it is left alone. Returns the function that ends it. */
function watch(file: string, everyMs: number, onChange: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  let isOver = false
  let known: string | null = null
  let before: string | null = null

  async function look(): Promise<void> {
    const now = await fingerprint(file)
    if (isOver) return
    if (known === null) known = now
    // Twice the same: whatever writes it has probably finished.
    else if (now !== known && now === before) {
      known = now
      onChange()
    }
    before = now
    timer = setTimeout(() => void look(), everyMs).unref()
  }

  void look()
  return () => {
    isOver = true
    clearTimeout(timer)
  }
}

async function fingerprint(file: string): Promise<string> {
  try {
    const { ino, size, mtimeNs } = await stat(file, { bigint: true })
    return `${ino} ${size} ${mtimeNs}`
  } catch {
    return 'absent'
  }
}
