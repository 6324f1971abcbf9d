/** How much of `npm run test:long` runs. */

/** `.ci/run` sets it: each file then takes a minute at most. */
export const isShort = process.env['FIC_DEV_TEST_SHORT'] === '1'

/** The number for a full run, or the one for a short run. */
export function sized(full: number, short: number): number {
  return isShort ? short : full
}
