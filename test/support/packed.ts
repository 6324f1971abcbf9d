/** The files of the published package. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

export async function listPackedFiles(): Promise<string[]> {
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--dry-run', '--json'])
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }]
  return files.map(({ path }) => path)
}
