/** A project folder for a test of the configuration, and reading from it with nothing of this machine's environment. */

import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { readConfig, type ConfigInput, type ReadConfig } from '../../src/config/read-config.ts'
import { FicDevError } from '../../src/errors.ts'

/** A temporary folder with these files; removed after the test. */
export function createProject(files: Record<string, string> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'fic-dev-config-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}

export type Reading = Omit<ConfigInput, 'cwd'>

export function read(cwd: string, reading: Reading = {}): Promise<ReadConfig> {
  return readConfig({ environment: {}, ...reading, cwd })
}

/** The error that reading ends with. */
export async function refusal(cwd: string, reading: Reading = {}): Promise<FicDevError> {
  try {
    await read(cwd, reading)
  } catch (error) {
    if (error instanceof FicDevError) return error
    throw error
  }
  throw new Error('The configuration was accepted.')
}
