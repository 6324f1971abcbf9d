/** With which token, and for which company, Fatture in Cloud is asked. */

import { defaultCompany } from '../contract/vocabulary.ts'
import { isEmulator } from './error.ts'

/** The settings that decide it. */
interface AccessSettings {
  emulator: boolean
  apiBase: string
  company: number | null
}

export interface FicAccess {
  /** The API's address: the emulator's, or Fatture in Cloud's. */
  apiBase: string
  token: string
  /** Not known: then nothing is done about subscriptions. */
  company: number | null
}

/** The emulator accepts any token. */
const emulatorToken = 'emulator'

/**
 * `null` where no token is known. `emulatorUrl` is that of the emulator in this process. Without it, nothing is asked
 * of anybody when the emulator is wanted: neither it nor its subscriptions are anywhere else.
 */
export function findFicAccess(
  settings: AccessSettings,
  { accessToken }: { accessToken: string | null },
  emulatorUrl: string | null,
): FicAccess | null {
  if (settings.emulator && emulatorUrl === null) return null
  const apiBase = emulatorUrl ?? settings.apiBase
  const token = settings.emulator
    ? emulatorToken
    : (accessToken ?? (isEmulator(apiBase) ? emulatorToken : null))
  if (token === null) return null
  return { apiBase, token, company: companyOf({ ...settings, apiBase }) }
}

/** The company whose subscriptions can be ours. */
export function companyOf({ company, apiBase }: Omit<AccessSettings, 'emulator'>): number | null {
  return company ?? (isEmulator(apiBase) ? defaultCompany : null)
}
