/** What the cases of a check are written for: a target, this project's dev key, and a key that nobody knows. */

import type { HeaderPair } from '../contract/notification.ts'
import { createDevKey } from '../fic/signature/sign.ts'
import { prepareDataDir } from '../store/data-dir.ts'
import { hasSecrets, readSecretsOf } from '../store/secrets.ts'
import type { World } from './case.ts'
import type { CheckTarget } from './target.ts'

/** For those who name none: any number is a company. */
const sampleCompany = 12_345

/** In place of the sink that only a running fic-dev has. */
const sampleSink = new URL('https://fic-dev.example/')

/** What a check takes from the project, and from the module that delivers. */
export interface WorldOptions {
  dataDir: string
  company: number | null
  publicUrl: string | null
  /** The headers of a delivery. */
  toDeliveryHeaders(
    notification: { seq: number; headers: HeaderPair[] },
    added: { sinkUrl: URL; attempt: number; replay: boolean; headers: Record<string, string> },
  ): HeaderPair[]
  /** The target's own URL if left out. */
  audience?: string | undefined
  /** With `false`, a project that has no dev key yet gets none: no app can know it. */
  creates?: boolean
}

export async function createWorld(
  { url, headers, eventType }: CheckTarget,
  { dataDir, company, publicUrl, toDeliveryHeaders, audience = url.href, creates = true }: WorldOptions,
): Promise<World> {
  if (creates) prepareDataDir(dataDir)
  const isKept = creates || hasSecrets(dataDir)
  const devKey = isKept ? (await readSecretsOf(dataDir)).devKey : await createDevKey()
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
