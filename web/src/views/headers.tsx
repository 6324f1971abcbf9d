/** Headers as they came: case, order and repetitions kept. */

import type { HeaderPair } from '../../../src/contract/notification.ts'
import classes from './headers.module.css'
import { Outside } from './outside.tsx'

export function Headers({ headers, label }: { headers: HeaderPair[]; label: string }) {
  return (
    <dl className={classes.headers} aria-label={label}>
      {headers.map(([name, value], index) => (
        // oxlint-disable-next-line react/no-array-index-key -- headers may repeat, and never move
        <div key={index} className={classes.header}>
          <dt>
            <Outside text={name} />
          </dt>
          <dd>
            <Outside text={value} />
          </dd>
        </div>
      ))}
    </dl>
  )
}
