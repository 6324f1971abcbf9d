/** Plausible values that are always the same for the same id. Pure. */

/** Names one value of one resource: the same name gives the same number, another name another. */
export type Draw = (name: string, bound: number) => number

/** `seed`: folder and id of a resource. Numbers run from 0 to below the bound. */
export function createDraw(seed: string): Draw {
  return (name, bound) => {
    // FNV-1a: stable over versions and platforms, which is all that is asked of it.
    let hash = 0x811c9dc5
    for (const char of `${seed}:${name}`) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193)
    return (hash >>> 0) % bound
  }
}

export function pick<const T extends readonly [unknown, ...unknown[]]>(
  draw: Draw,
  name: string,
  from: T,
): T[number] {
  return from[draw(name, from.length)]
}

/** A day of 2026, as `2026-03-09`. */
export function drawDay(draw: Draw, name: string): string {
  const month = String(1 + draw(`${name}.month`, 12)).padStart(2, '0')
  const day = String(1 + draw(`${name}.day`, 28)).padStart(2, '0')
  return `2026-${month}-${day}`
}

/** The API's form of a moment, which has no zone. */
export function drawMoment(draw: Draw, name: string): string {
  return `${drawDay(draw, name)} ${String(8 + draw(`${name}.hour`, 10)).padStart(2, '0')}:30:00`
}

/** Net, VAT of 22 % and gross, which add up. */
export function drawAmounts(draw: Draw): { net: number; vat: number; gross: number } {
  const netCents = 1000 + draw('net', 500) * 100
  const vatCents = (netCents * 22) / 100
  return { net: netCents / 100, vat: vatCents / 100, gross: (netCents + vatCents) / 100 }
}

export const ordinaryVat = { id: 0, value: 22, description: '', is_disabled: false }

export const bankAccount = { id: 1, name: 'Conto corrente', type: 'bank' as const, virtual: false }
