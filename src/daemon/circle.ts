/** Refuses targets that are our own sink: what is delivered there would be captured and delivered again, without end. */

import type { Config } from '../config/config.ts'
import { FicDevError } from '../errors.ts'

/**
 * Whatever the host, and what its proxy puts before the path: it is the same sink, and no other has this path.
 * @throws FicDevError CONFIG_INVALID
 */
export function refuseCircle({ forwardTo }: Pick<Config, 'forwardTo'>, sinkPath: string): void {
  const circle = forwardTo.find(({ url }) => new URL(url).pathname.replace(/\/+$/, '').endsWith(sinkPath))
  if (circle === undefined) return
  throw new FicDevError(
    'CONFIG_INVALID',
    `forwardTo is ${circle.url}, which is the sink of this fic-dev: notifications would go in circles.`,
    { hint: 'Name the address of your app. Example: --forward-to http://localhost:3000/webhooks' },
  )
}
