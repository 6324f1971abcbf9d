/** The files of the built page: few, small, and each with a name of its own content, so one that was read stays as it is. */

import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'

export interface PageFile {
  /** The media type. */
  type: string
  body: Buffer
}

export interface PageFiles {
  /** As it lies there now; `null` when the page is not built. */
  index(): Promise<Buffer | null>
  /** One of `assets/`; `null` when there is none of that name. */
  asset(name: string): Promise<PageFile | null>
}

const types: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** No path leads out of the folder: a name has no slash, and begins with none of the dots. No system has longer ones. */
const plainName = /^\w[\w.-]{0,200}$/

export function createPageFiles(pageDir: string): PageFiles {
  const kept = new Map<string, PageFile>()
  return {
    index: () => readIfThere(join(pageDir, 'index.html')),
    async asset(name) {
      const known = kept.get(name)
      if (known) return known
      const type = types[extname(name)]
      if (type === undefined || !plainName.test(name)) return null
      const body = await readIfThere(join(pageDir, 'assets', name))
      if (body === null) return null
      const file = { type, body }
      kept.set(name, file)
      return file
    },
  }
}

function readIfThere(path: string): Promise<Buffer | null> {
  return readFile(path).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR') return null
    throw thrown
  })
}
