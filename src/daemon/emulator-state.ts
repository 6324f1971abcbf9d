/** Where the emulator that runs in the same process keeps its state, its key included. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { readPublicKey } from '../emulator/state.ts'

export function emulatorStateOf(dataDir: string): string {
  return join(dataDir, 'emulator.json')
}

/** Its public key, which is the same in each run. `null` without it, or if there is none yet and none may be created. */
export async function emulatorKeyOf(
  { emulator, dataDir }: Pick<Config, 'emulator' | 'dataDir'>,
  creates: boolean,
): Promise<string | null> {
  const stateFile = emulatorStateOf(dataDir)
  return emulator && (creates || existsSync(stateFile)) ? readPublicKey(stateFile) : null
}
