/** The keys of the page, as its help lists them. */

export interface KeyHelp {
  names: string[]
  does: string
  /** Only with the emulator. */
  emulator?: boolean
}

export const keyHelp: readonly KeyHelp[] = [
  { names: ['j', 'k'], does: 'next, previous' },
  { names: ['Enter'], does: 'open' },
  { names: ['Esc'], does: 'back to the list' },
  { names: ['r'], does: 'replay' },
  { names: ['e'], does: 'edit and replay' },
  { names: ['c'], does: 'compare with another' },
  { names: ['x'], does: 'select, for replay or removal of many' },
  { names: ['/'], does: 'filter' },
  { names: ['p'], does: 'let the list stand still' },
  { names: ['d'], does: 'have the doctor look at everything' },
  { names: ['t'], does: 'trigger', emulator: true },
  { names: ['?'], does: 'keys, filter language' },
]
