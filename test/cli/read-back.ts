/** Reads a config file as fic-dev does. */

import { run } from '../support/process.ts'

/** The values that the config file gives, as fic-dev itself reads it. */
export async function readBack(cwd: string): Promise<Record<string, unknown>> {
  const { stdout, stderr } = await run(['--print-config', '--json'], { cwd })
  if (stdout === '') throw new Error(stderr)
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  return Object.fromEntries(
    rows.filter(({ source }) => source.startsWith('file ')).map(({ key, value }) => [key, value]),
  )
}
