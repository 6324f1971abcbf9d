/** The settings with which fic-dev runs for this project: a command beside it need not be given them again. */

import type { RunningSettings } from '../contract/api.ts'
import type { Config } from '../config/config.ts'
import { connectToDaemon } from './client.ts'
import type { Invocation } from './command.ts'

/** Those of the running fic-dev, but for what this command's own flags say. Without one, those of the command. */
export async function withRunningSettings({
  config,
  sources,
}: Pick<Invocation, 'config' | 'sources'>): Promise<Config> {
  const running = await readRunning(config)
  if (running === null) return config
  const changed = Object.entries(running).filter(([name]) => sources[name as keyof Config] !== 'flag')
  return { ...config, ...Object.fromEntries(changed) }
}

/** A fic-dev that hangs or ends just now is no reason not to do the work. */
async function readRunning(config: Config): Promise<RunningSettings | null> {
  try {
    const client = await connectToDaemon(config)
    return client && (await client.request<RunningSettings>('GET', '/api/settings'))
  } catch {
    return null
  }
}
