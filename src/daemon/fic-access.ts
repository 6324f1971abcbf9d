/** With which token, and for which company, Fatture in Cloud is asked. */

import type { Config } from '../config/config.ts'
import type { Secrets } from '../config/environment.ts'
import { defaultCompany } from '../emulator/index.ts'
import { isEmulator } from '../fic/api-error.ts'

export interface FicAccess {
  /** The API's address: the emulator's, or Fatture in Cloud's. */
  apiBase: string
  token: string
  /** Not known: then nothing is done about subscriptions. */
  company: number | null
}

/** Any token opens every door of the emulator. */
const emulatorToken = 'emulator'

/**
 * `null` where no token is known. `emulatorUrl` is that of the emulator in this process. Without it, nothing is asked
 * of anybody when the emulator is wanted: neither it nor its subscriptions are anywhere else.
 */
export function findFicAccess(
  config: Pick<Config, 'emulator' | 'apiBase' | 'company'>,
  { accessToken }: Secrets,
  emulatorUrl: string | null,
): FicAccess | null {
  if (config.emulator && emulatorUrl === null) return null
  const apiBase = emulatorUrl ?? config.apiBase
  const token = config.emulator
    ? emulatorToken
    : (accessToken ?? (isEmulator(apiBase) ? emulatorToken : null))
  if (token === null) return null
  return { apiBase, token, company: companyOf({ ...config, apiBase }) }
}

/** The company whose subscriptions can be ours. */
export function companyOf({ company, apiBase }: Pick<Config, 'apiBase' | 'company'>): number | null {
  return company ?? (isEmulator(apiBase) ? defaultCompany : null)
}
