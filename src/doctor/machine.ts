/** Looks at what fic-dev stands on: Node, the data dir, the disk. */

import { constants } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import path from 'node:path'
import { messageOf } from '../errors.ts'
import { doubtful, fine, wrong, type DoctorFinding } from './finding.ts'

/** The data dir itself or, where it will be made with the first start, the folder that it will stand in. */
export async function lookAtDataDir(dataDir: string): Promise<DoctorFinding> {
  const why =
    'Notifications are kept there before Fatture in Cloud gets its answer; without it each one is answered 503.'
  const folder = await existing(dataDir)
  try {
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    const { mode } = await stat(folder)
    if (folder !== dataDir) return fine('data-dir', `${dataDir} will be made with the first start.`)
    if ((mode & 0o077) === 0) return fine('data-dir', `${dataDir} can be written, and only by you.`)
  } catch (thrown) {
    return wrong(
      'data-dir',
      `${folder} cannot be written: ${messageOf(thrown)}.`,
      why,
      'Give your user the right to write there, or name another one with --data-dir.',
    )
  }
  return doubtful(
    'data-dir',
    `${dataDir} can be read by others.`,
    "It holds a company's data and the keys of this project.",
    `chmod 700 ${dataDir}. On a filesystem without Unix permissions, name another one with --data-dir.`,
  )
}

const mebibyte = 1024 * 1024

export async function lookAtDisk(dataDir: string): Promise<DoctorFinding> {
  const { bavail, bsize } = await statfs(await existing(dataDir))
  return judgeDisk(bavail * bsize)
}

/** @param freeBytes what a person without special rights may still write */
export function judgeDisk(freeBytes: number): DoctorFinding {
  const what = `${Math.floor(freeBytes / mebibyte).toLocaleString('en')} MiB are free for notifications.`
  if (freeBytes >= 200 * mebibyte) return fine('disk', what)
  const judge = freeBytes < 20 * mebibyte ? wrong : doubtful
  return judge(
    'disk',
    what,
    'With a full disk notifications cannot be kept, and are answered 503 until there is room.',
    'Make room, or name another disk with --data-dir.',
  )
}

async function existing(folder: string): Promise<string> {
  const found = await stat(folder).catch(() => null)
  const parent = path.dirname(folder)
  return found || parent === folder ? folder : existing(parent)
}
