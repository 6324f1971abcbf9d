/** What the cases of a check are written for: a target, this project's dev key, and a key that nobody knows. */

import type { World } from '../check/case.ts'
import type { Config } from '../config/config.ts'
import { toDeliveryHeaders } from '../delivery/request.ts'
import { createDevKey } from '../fic/signature/sign.ts'
import { prepareDataDir } from '../store/data-dir.ts'
import { hasSecrets, readSecretsOf } from '../store/secrets.ts'
import { randomSubdomain } from '../tunnel/subdomain.ts'
import type { CheckTarget } from './check-target.ts'

/** For those who name none: any number is a company. */
const sampleCompany = 12_345

/** In place of the sink that only a running fic-dev has. */
const sampleSink = new URL('https://fic-dev.example/')

/**
 * `audience` is the target's own URL when left out. With `creates: false`, a project that has no dev key yet gets none:
 * no app can know it.
 */
export async function createWorld(
  { url, headers, eventType }: CheckTarget,
  { dataDir, company, publicUrl }: Pick<Config, 'dataDir' | 'company' | 'publicUrl'>,
  audience = url.href,
  { creates = true } = {},
): Promise<World> {
  if (creates) prepareDataDir(dataDir)
  const isKept = creates || hasSecrets(dataDir)
  const devKey = isKept ? (await readSecretsOf(dataDir, randomSubdomain)).devKey : await createDevKey()
  const { privateKey: strangerKey } = await createDevKey()
  return {
    target: url,
    audience,
    company: company ?? sampleCompany,
    eventType,
    headers,
    toDelivered: (sent, configured) =>
      toDeliveryHeaders(
        { seq: 0, headers: [...sent] },
        {
          sinkUrl: publicUrl === null ? sampleSink : new URL(publicUrl),
          attempt: 1,
          replay: false,
          headers: configured,
        },
      ),
    devKey,
    strangerKey,
    now: new Date(),
  }
}
