/** Export to a file and import from one, with how far it is. */

import type { ImportAnswer } from '../../src/contract/api.ts'
import type { ExportFormat } from '../../src/contract/vocabulary.ts'
import { RequestFailure, bodyUrl, openStream, proveSession } from './api.ts'

/** Fetches an export and hands it to the browser as a file. `onBytes` is told how much has come. */
export async function downloadExport(
  format: ExportFormat,
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const bytes = await readAll(`/api/export?format=${format}`, onBytes, signal)
  save(bytes, `fic-dev.${format}`)
}

/** Fetches the raw bytes of a body as a file: a plain link would carry no proof. */
export async function downloadBody(seq: number): Promise<void> {
  save(await readAll(bodyUrl(seq)), `notification-${seq}.bin`)
}

async function readAll(path: string, onBytes?: (bytes: number) => void, signal?: AbortSignal): Promise<Blob> {
  const reader = await openStream(path, signal ? { signal } : {})
  const parts: Uint8Array<ArrayBuffer>[] = []
  let bytes = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    parts.push(value)
    bytes += value.length
    onBytes?.(bytes)
  }
  return new Blob(parts, { type: 'application/octet-stream' })
}

/** Hands bytes to the browser as a file. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  // The browser may still be reading it.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

/** Sends a file. Only the old way of asking tells how much of it has gone out. */
export async function uploadImport(
  file: File,
  onShare: (share: number) => void,
  signal: AbortSignal,
): Promise<ImportAnswer> {
  const proof = await proveSession()
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', '/api/import')
    request.setRequestHeader('authorization', `Session ${proof}`)
    request.setRequestHeader('content-type', 'application/x-ndjson')
    request.upload.addEventListener('progress', ({ loaded, total }) =>
      onShare(total === 0 ? 1 : loaded / total),
    )
    request.addEventListener('load', () => {
      if (request.status === 200) resolve(JSON.parse(request.responseText) as ImportAnswer)
      else reject(toFailure(request))
    })
    request.addEventListener('error', () => reject(new RequestFailure(0, 'fic-dev does not answer.', null)))
    request.addEventListener('abort', () => reject(new RequestFailure(0, 'The import was stopped.', null)))
    signal.addEventListener('abort', () => request.abort())
    request.send(file)
  })
}

function toFailure({ status, responseText }: XMLHttpRequest): RequestFailure {
  try {
    const { error } = JSON.parse(responseText) as { error: { message: string; hint?: string } }
    return new RequestFailure(status, error.message, error.hint ?? null)
  } catch {
    return new RequestFailure(status, `fic-dev answered ${status}.`, null)
  }
}
