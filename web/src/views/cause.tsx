/** Why the app probably answered so, and what to do. */

import type { Cause } from '../../../src/contract/notification.ts'
import classes from './cause.module.css'
import { Outside } from './outside.tsx'

export function CauseNote({ cause }: { cause: Cause | null }) {
  if (cause === null) return null
  return (
    <div className={classes.cause} role="note" aria-label="Probable cause">
      <p>
        <Outside text={`${cause.what} ${cause.why}`} />
      </p>
      <p className={classes.todo}>
        <Outside text={cause.todo} />
      </p>
    </div>
  )
}
