/** The commands that the first help lists. */

import { createFolder, run } from './process.ts'

export async function listCommands(): Promise<string[]> {
  const { stdout } = await run(['--help'], { cwd: createFolder() })
  return [...stdout.matchAll(/^ {2}([a-z]+) {2,}\S/gm)].map(([, name = '']) => name)
}
