/** What a project keeps from run to run and shows to nobody: the sink's secret path, the keys. */

import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { createDevKey } from '../fic/signature/sign.ts'
import { readPrivateJson, writePrivateFile } from './data-dir.ts'

export interface ProjectSecrets {
  /** 128 bits as hex; the sink's path. Kept, so that the subscription's sink stays the same. */
  sinkSecret: string
  /** Key of the probe's HMAC, as hex. */
  probeKey: string
  /** The name that a tunnel is asked for. */
  subdomain: string
  /** PEM, PKCS #8 and SPKI. */
  devKey: { privateKey: string; publicKey: string }
}

/** Reads the project's secrets, and makes those that are missing. */
export async function readSecretsOf(dataDir: string, newSubdomain: () => string): Promise<ProjectSecrets> {
  const path = join(dataDir, 'secrets.json')
  const found = (readPrivateJson(path) ?? {}) as Partial<ProjectSecrets>
  const secrets: ProjectSecrets = {
    sinkSecret: found.sinkSecret ?? randomBytes(16).toString('hex'),
    probeKey: found.probeKey ?? randomBytes(32).toString('hex'),
    subdomain: found.subdomain ?? newSubdomain(),
    devKey: found.devKey ?? (await createDevKey()),
  }
  const complete = (Object.keys(secrets) as (keyof ProjectSecrets)[]).every(
    (name) => found[name] !== undefined,
  )
  if (!complete) writePrivateFile(path, JSON.stringify(secrets, null, 2))
  return secrets
}
