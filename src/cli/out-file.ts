/** Files that a command is asked to write: refused before the work if they can't be, and in the same words after it. */

import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import path from 'node:path'
import { FicDevError, messageOf, systemCodeOf } from '../errors.ts'
import { toOutputFailure } from './output.ts'

/**
 * Looks whether a file, or the folders of one that does not exist, can be written. Nothing is opened: a pipe would wait for
 * its reader, and a file would lose its content.
 * @throws FicDevError USAGE with the flag that names the file
 */
export async function demandWritable(name: string, flag: string): Promise<void> {
  try {
    const found = await statIfThere(name)
    if (found?.isDirectory()) throw new Error('it is a directory')
    if (found) return await access(name, constants.W_OK)
    const folder = path.dirname(path.resolve(name))
    const parent = await statIfThere(folder)
    if (parent === null) throw new Error(`there is no folder ${folder}`)
    await demandFolder(folder)
  } catch (error) {
    throw toFileFailure(name, flag, error)
  }
}

/** The same for a folder that is created if it does not exist, with those above it. */
export async function demandWritableFolder(name: string, flag: string): Promise<void> {
  try {
    let folder = path.resolve(name)
    while ((await statIfThere(folder)) === null) folder = path.dirname(folder)
    await demandFolder(folder)
  } catch (error) {
    throw toFileFailure(name, flag, error)
  }
}

async function demandFolder(folder: string): Promise<void> {
  if (!(await stat(folder)).isDirectory()) throw new Error(`${folder} is no folder`)
  await access(folder, constants.W_OK | constants.X_OK)
}

async function statIfThere(name: string) {
  try {
    return await stat(name)
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return null
    throw error
  }
}

/** The disk, and not the name, is the cause. */
const diskCodes = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EFBIG'])

/** `flag` names the file. */
export function toFileFailure(name: string, flag: string, error: unknown): FicDevError {
  if (error instanceof FicDevError) return error
  if (diskCodes.has(systemCodeOf(error))) return toOutputFailure(name, error)
  return new FicDevError('USAGE', `${name} cannot be written: ${messageOf(error)}.`, {
    hint: `Name another one with ${flag}.`,
    cause: error,
  })
}
