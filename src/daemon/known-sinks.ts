/** Under which addresses Fatture in Cloud knows our sink from an earlier run: it does not wait until our tunnel is up. */

import type { Config } from '../config/config.ts'
import { defaultCompany } from '../emulator/index.ts'
import { isEmulator } from '../fic/api-error.ts'
import type { SubscriptionRecords } from '../store/subscriptions.ts'

/**
 * The sink URLs of the user's own proxy and of the subscriptions that are ours. A token that names one of them is meant
 * for us, also in the moments in which the tunnel is not yet known to be up; else what comes then would count as forged.
 * `records` is `null` if no store is open.
 */
export function knownSinks(
  config: Pick<Config, 'publicUrl' | 'apiBase' | 'company'>,
  records: Pick<SubscriptionRecords, 'all'> | null,
  sinkPath: string,
): string[] {
  const { publicUrl, apiBase } = config
  const company = companyOf(config)
  const subscribed = company === null ? [] : (records?.all(apiBase, company) ?? []).map(({ sink }) => sink)
  // Under another path it is a sink of somebody else.
  const ours = subscribed.filter((sink) => URL.canParse(sink) && new URL(sink).pathname.endsWith(sinkPath))
  return publicUrl === null ? ours : [publicUrl + sinkPath, ...ours]
}

/** The company whose subscriptions can be ours. */
export function companyOf({ company, apiBase }: Pick<Config, 'apiBase' | 'company'>): number | null {
  return company ?? (isEmulator(apiBase) ? defaultCompany : null)
}
