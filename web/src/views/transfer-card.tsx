/** Export to a file and import from one, with progress and a stop. */

import { Button, FileButton, Progress } from '@mantine/core'
import { useRef, useState } from 'react'
import type { ExportFormat } from '../../../src/contract/vocabulary.ts'
import { toSize } from '../clock-words.ts'
import { downloadExport, uploadImport } from '../download.ts'
import { Outside } from './outside.tsx'
import classes from './screens.module.css'
import { Section } from './section.tsx'

type Doing =
  | { state: 'idle' }
  /** `share` from 0 to 1; `null` where nobody knows the whole. */
  | { state: 'running'; says: string; share: number | null }
  | { state: 'over'; says: string; failed: boolean }

export function Transfer({ total }: { total: number }) {
  const [doing, setDoing] = useState<Doing>({ state: 'idle' })
  const stop = useRef<AbortController | null>(null)

  async function run(work: (signal: AbortSignal) => Promise<string>): Promise<void> {
    const controller = new AbortController()
    stop.current = controller
    try {
      setDoing({ state: 'over', says: await work(controller.signal), failed: false })
    } catch (error) {
      const says = controller.signal.aborted
        ? 'Stopped.'
        : error instanceof Error
          ? error.message
          : String(error)
      setDoing({ state: 'over', says, failed: true })
    }
  }

  const exportAs = (format: ExportFormat) =>
    run(async (signal) => {
      let size = 0
      setDoing({ state: 'running', says: 'Export begins…', share: null })
      await downloadExport(
        format,
        (bytes) => {
          size = bytes
          setDoing({ state: 'running', says: `${toSize(bytes)} exported…`, share: null })
        },
        signal,
      )
      return `Exported ${total} notifications, ${toSize(size)}.`
    })

  const importFrom = (file: File) =>
    run(async (signal) => {
      setDoing({ state: 'running', says: `Importing ${file.name}…`, share: 0 })
      const {
        imported,
        skipped,
        leftOut = 0,
        reason = '',
      } = await uploadImport(
        file,
        (share) => setDoing({ state: 'running', says: `Importing ${file.name}…`, share }),
        signal,
      )
      const known = skipped > 0 ? `; ${skipped} were here already` : ''
      return `Imported ${imported}${known}.${leftOut > 0 ? ` Left out ${leftOut}: ${reason}` : ''}`
    })

  const running = doing.state === 'running'
  return (
    <Section title="Export and import">
      <p className="quiet">
        NDJSON is lossless, and what import takes. HAR is for other tools to read. Both hold what came,
        headers and tokens included.
      </p>
      <div className={classes.row} style={{ marginTop: 10 }}>
        <Button size="xs" variant="default" disabled={running} onClick={() => void exportAs('ndjson')}>
          Export NDJSON
        </Button>
        <Button size="xs" variant="default" disabled={running} onClick={() => void exportAs('har')}>
          Export HAR
        </Button>
        <FileButton
          accept=".ndjson,.jsonl,application/x-ndjson"
          onChange={(file) => file && void importFrom(file)}
          inputProps={{ 'aria-label': 'File to import' }}
        >
          {(props) => (
            <Button {...props} size="xs" variant="default" disabled={running}>
              Import…
            </Button>
          )}
        </FileButton>
        {running && (
          <Button size="xs" variant="subtle" onClick={() => stop.current?.abort()}>
            Stop
          </Button>
        )}
      </div>
      {running && (
        <Progress
          mt="sm"
          value={(doing.share ?? 1) * 100}
          animated={doing.share === null}
          aria-label="Progress"
          transitionDuration={0}
        />
      )}
      <p
        role="status"
        style={{ marginTop: 8, minHeight: '1.5em' }}
        className={doing.state === 'over' && doing.failed ? 'tone-bad' : undefined}
      >
        {doing.state !== 'idle' && <Outside text={doing.says} />}
      </p>
    </Section>
  )
}
