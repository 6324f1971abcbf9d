/** Looks at the configuration: where its values come from, and what is odd about it. Pure. */

import { isEmulator } from '../fic-api/error.ts'
import { doubtful, fine, skipped, wrong, type DoctorFinding } from './finding.ts'

export interface SettingsFacts {
  file: string | null
  /** Setting → `flag`, `environment NAME`, `file PATH` or `default`. */
  sources: Readonly<Record<string, string>>
  /** What is not wrong, but perhaps not meant. */
  notes: readonly string[]
}

export function judgeSettings({ file, sources, notes }: SettingsFacts): DoctorFinding[] {
  const set = Object.entries(sources).filter(([, source]) => source !== 'default')
  const told = set.map(([key, source]) => `${key} (${source})`).join(', ')
  const from = file === null ? 'No config file' : `Config file ${file}`
  return [
    fine('config', `${from}; ${told === '' ? 'every setting has its default' : `set: ${told}`}.`),
    ...notes.map((note) =>
      doubtful(
        'config',
        note,
        'The setting may not do what you expect.',
        'Correct it, or keep it if it is intended.',
      ),
    ),
  ]
}

export interface KeyFacts {
  emulator: boolean
  apiBase: string
  /** Whether `--public-key` or its like names one. */
  named: boolean
}

/** Which key the notifications are checked with. */
export function judgeKey({ emulator, apiBase, named }: KeyFacts): DoctorFinding {
  if (emulator) return fine('key', "Signatures are checked with the emulator's key.")
  if (isEmulator(apiBase) && !named) {
    return wrong(
      'key',
      `${apiBase} is an emulator, but signatures are checked with the key of Fatture in Cloud.`,
      'Every notification would count as forged, and none would be forwarded.',
      'Name its key with --public-key; "fic-dev emulator" prints it.',
    )
  }
  if (isEmulator(apiBase) || !named) {
    return fine(
      'key',
      `Signatures are checked with ${named ? 'the key that you named' : 'the published key of Fatture in Cloud'}.`,
    )
  }
  return doubtful(
    'key',
    'Signatures are checked with a key that you named, and not with the published one of Fatture in Cloud.',
    'True notifications may count as forged.',
    'Leave --public-key out, unless Fatture in Cloud has changed its key.',
  )
}

/** Whether there is a target at all; how it fares is another question. */
export function judgeForwarding(targets: readonly string[]): DoctorFinding {
  if (targets.length > 0) return fine('forwarding', `Notifications go to ${targets.join(', ')}.`)
  return skipped(
    'forwarding',
    'Notifications are kept and shown, but not forwarded.',
    'Name your app: fic-dev forward http://localhost:3000/webhooks, or -f at the start.',
  )
}
