/** Secrets that a project keeps from run to run: the sink's path and the keys. */

import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { FicDevError, messageOf, systemCodeOf } from '../errors.ts'
import { createDevKey } from '../fic/signature/sign.ts'
import type { Logger } from '../log.ts'
import { createFile, readCreated } from '../replace-file.ts'
import { setAside, writePrivateFile } from './data-dir.ts'

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

/**
 * Reads the project's secrets, and creates those that are missing: a command needs no lock for that, and processes that
 * start together get the same ones. A damaged file is set aside and reported to `log`.
 * Without a log nothing is replaced.
 * @throws FicDevError DATA_DIR_UNUSABLE
 */
export async function readSecretsOf(dataDir: string, log: Logger | null = null): Promise<ProjectSecrets> {
  const path = pathOf(dataDir)
  const found = await readFound(path, log)
  if (found === null) {
    const created = await completed({})
    if (createFile(path, toText(created), 0o600)) return created
    return readSecretsOf(dataDir, log)
  }
  const secrets = await completed(found)
  const isComplete = (Object.keys(secrets) as (keyof ProjectSecrets)[]).every(
    (name) => found[name] !== undefined,
  )
  if (!isComplete) writeSecretsOf(dataDir, secrets)
  return secrets
}

async function completed(found: Partial<ProjectSecrets>): Promise<ProjectSecrets> {
  return {
    sinkSecret: found.sinkSecret ?? randomBytes(16).toString('hex'),
    probeKey: found.probeKey ?? randomBytes(32).toString('hex'),
    subdomain: found.subdomain ?? randomSubdomain(),
    devKey: found.devKey ?? (await createDevKey()),
  }
}

/** Without 0, 1, l and o, which are easily confused. */
const letters = 'abcdefghijkmnpqrstuvwxyz23456789'

/** For example `ficdev-x4k9hqw2mb`: 50 random bits, so that the name is unique and cannot be guessed. */
export function randomSubdomain(): string {
  return `ficdev-${Array.from(randomBytes(10), (byte) => letters.charAt(byte % letters.length)).join('')}`
}

/** Whether the project has secrets already. */
export function hasSecrets(dataDir: string): boolean {
  return existsSync(pathOf(dataDir))
}

export function writeSecretsOf(dataDir: string, secrets: ProjectSecrets): void {
  writePrivateFile(pathOf(dataDir), toText(secrets))
}

function toText(secrets: ProjectSecrets): string {
  return JSON.stringify(secrets, null, 2)
}

function pathOf(dataDir: string): string {
  return join(dataDir, 'secrets.json')
}

/** `null` if there is no file, or no longer one. */
async function readFound(path: string, log: Logger | null): Promise<Partial<ProjectSecrets> | null> {
  let text: string
  try {
    text = await readCreated(path)
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return null
    throw unusable(path, `cannot be read: ${messageOf(error)}`, 'Make it readable for your user.', error)
  }
  const damage = findDamage(text)
  if (damage === null) return JSON.parse(text) as Partial<ProjectSecrets>
  if (log === null) {
    const hint =
      'Restore it from a backup, or start fic-dev: it keeps the damaged file under another name and creates new secrets, sink path included.'
    throw unusable(path, `is damaged: ${damage}`, hint)
  }
  const aside = setAside(path, 'damaged')
  log.error(
    { path, aside, reason: damage },
    'secrets damaged, set aside; new sink path, token and keys created',
  )
  return null
}

/** A reason, or `null` if each member that is there has its shape. */
function findDamage(text: string): string | null {
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch (error) {
    return messageOf(error)
  }
  if (!isObject(found)) return 'it holds no object'
  const { devKey, ...texts } = found
  const names = ['sinkSecret', 'probeKey', 'subdomain']
  const wrong = names.find((name) => texts[name] !== undefined && !isText(texts[name]))
  if (wrong !== undefined) return `${wrong} is not a text`
  const isKey = isObject(devKey) && isText(devKey['privateKey']) && isText(devKey['publicKey'])
  return devKey === undefined || isKey ? null : 'devKey is not a pair of keys'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function unusable(path: string, what: string, hint: string, cause?: unknown): FicDevError {
  return new FicDevError('DATA_DIR_UNUSABLE', `The secrets file ${path} ${what}.`, { hint, cause })
}
