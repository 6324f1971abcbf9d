/** Finds the running daemon of a project, and has it prove itself before it gets the token. */

import { randomBytes } from 'node:crypto'
import type { DaemonFile, ProofAnswer } from '../contract/api.ts'
import { readDaemonFile } from './daemon-file.ts'
import { FicDevError } from '../errors.ts'
import { askJson } from '../http/json.ts'
import { isSame, proveDaemon } from '../inspector/proof.ts'

/**
 * `null` when no daemon runs: a file that `kill -9` left behind may name a process id and a port that another program
 * has now.
 * @throws FicDevError `DAEMON_UNREACHABLE` when nothing answers in time
 */
export async function findDaemon(dataDir: string, timeoutMs: number): Promise<DaemonFile | null> {
  const daemon = readDaemonFile(dataDir)
  return daemon && ((await isRunning(daemon, timeoutMs)) ? daemon : null)
}

/**
 * Whether the file's daemon runs, and not another program that has its process id and port now.
 * @throws FicDevError `DAEMON_UNREACHABLE` when nothing answers in time
 */
export async function isRunning(daemon: DaemonFile, timeoutMs: number): Promise<boolean> {
  const nonce = randomBytes(32).toString('base64url')
  const answer = await askJson(new URL(`/api/proof?nonce=${nonce}`, daemon.inspectorUrl), { timeoutMs })
  if (answer.isAnswered) {
    const { proof } = (answer.json ?? {}) as Partial<ProofAnswer>
    return isSame(String(proof), proveDaemon(daemon.token, nonce, daemon.inspectorUrl))
  }
  if (answer.code !== 'TIMEOUT') return false
  throw new FicDevError(
    'DAEMON_UNREACHABLE',
    `The running fic-dev (process ${daemon.pid}) does not answer.`,
    { hint: 'Look at its terminal, and start it again if it hangs.' },
  )
}
