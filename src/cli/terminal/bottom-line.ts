/**
 * One line at the bottom of the terminal, drawn in place. Whatever else is written makes way for it first, and it is
 * drawn again after, so that neither tears the other.
 */

import type { WriteStream } from 'node:tty'

/** What it needs of a terminal. */
export type Screen = Pick<WriteStream, 'write' | 'columns' | 'on' | 'off'>

export interface Bottom {
  /** The line for so many columns; it must not be wider. Asked at each drawing. */
  text(columns: number): string
  /** Something in it moves, so that it is to be drawn again by itself. */
  moves(): boolean
}

const frameMs = 100
/** Terminals of pipes and programs tell no width. */
const usualColumns = 80

// From the start of the line on, whatever a narrower terminal has made of it: the cursor stands there always.
const clear = '\r\u001B[J'
const wrapOff = '\u001B[?7l'
const wrapOn = '\u001B[?7h'

export class BottomLine {
  readonly #screen: Screen
  #shown: Bottom | null = null
  #isDrawn = false
  #isHidden = false
  #soon: NodeJS.Immediate | null = null
  #timer: NodeJS.Timeout | null = null
  readonly #resized = () => this.#draw()

  constructor(screen: Screen) {
    this.#screen = screen
  }

  get isShown(): boolean {
    return this.#shown !== null && !this.#isHidden
  }

  show(bottom: Bottom): void {
    if (this.#shown === null) this.#screen.on('resize', this.#resized)
    this.#shown = bottom
    this.changed()
  }

  /** Nothing is drawn while it is hidden; what is drawn is removed. */
  hide(isHidden: boolean): void {
    if (isHidden === this.#isHidden) return
    const way = this.makeWay()
    this.#isHidden = isHidden
    if (way !== '') this.#screen.write(way)
    this.changed()
  }

  /** The text is another. Many changes at once are one drawing. */
  changed(): void {
    if (this.#shown === null || this.#soon !== null) return
    this.#soon = setImmediate(() => this.#draw())
  }

  /** What has to be written before anything else is, which then begins at the start of a clean line and ends one. */
  makeWay(): string {
    if (!this.#isDrawn) return ''
    this.#isDrawn = false
    this.changed()
    return clear
  }

  /** Leaves nothing of it on the terminal. */
  remove(): void {
    if (this.#soon !== null) clearImmediate(this.#soon)
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#soon = null
    this.#timer = null
    this.#screen.off('resize', this.#resized)
    this.#shown = null
    const way = this.makeWay()
    if (way !== '') this.#screen.write(way)
  }

  #draw(): void {
    if (this.#soon !== null) clearImmediate(this.#soon)
    this.#soon = null
    if (this.#shown === null || this.#isHidden) return
    // The last column stays free: some terminals go on to the next line with it.
    const text = this.#shown.text((this.#screen.columns || usualColumns) - 1)
    this.#screen.write(`\r${wrapOff}${text}${wrapOn}\u001B[J\r`)
    this.#isDrawn = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = this.#shown.moves() ? setTimeout(() => this.#draw(), frameMs).unref() : null
  }
}
