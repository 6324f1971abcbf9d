/** How much of the list the page keeps in memory. Pure. */

/** While the newest are in sight, so many rows are enough: older ones come again by scrolling. */
export const keptRows = 2_000

/** Somebody who reads further down keeps all that was scrolled through; what arrives beyond this is only counted. */
export const mostRows = 30_000
