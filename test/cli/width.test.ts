import xterm from '@xterm/headless'
import { assert, asyncProperty, string } from 'fast-check'
import { expect, test } from 'vitest'
import { cutTo, fitParts, widthOf } from '../../src/cli/terminal/width.ts'

/** Where a real terminal emulator has its cursor after this text. */
async function columnsIn(text: string): Promise<number> {
  const terminal = new xterm.Terminal({ cols: 1000, rows: 2, allowProposedApi: true })
  await new Promise<void>((resolve) => terminal.write(text, resolve))
  return terminal.buffer.active.cursorX
}

const samples = [
  '',
  'plain',
  'Società già',
  '発注 2026',
  '한국어',
  '한국어',
  'ｆｕｌｌ',
  '⠋ waits…',
  'e\u0301',
  '· • —',
]

test.each(samples)('"%s" is as wide as a terminal makes it', async (text) => {
  expect(widthOf(text)).toBe(await columnsIn(text.normalize()))
})

test('escape codes take no column: colours, and links', () => {
  expect(widthOf('\u001B[1m\u001B[31mred\u001B[39m\u001B[22m')).toBe(3)
  expect(widthOf('\u001B]8;;http://localhost\u001B\\here\u001B]8;;\u001B\\')).toBe(4)
})

/** Not printable: control, format and separator characters, and code points without a character. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cn}\p{Co}\p{Cs}]/u

test('no character of Unicode is wider in a terminal than was counted', async () => {
  const characters = Array.from({ length: 0x11_00_00 - 0x20 }, (_, index) =>
    String.fromCodePoint(index + 0x20),
  ).filter((character) => !unprintable.test(character))
  const perRow = 100
  const terminal = new xterm.Terminal({ cols: 3 * perRow, rows: 2, scrollback: 0, allowProposedApi: true })
  const wrong: string[] = []
  for (let first = 0; first < characters.length; first += perRow) {
    const row = characters.slice(first, first + perRow)
    const text = row.map((character, index) => `\u001B[${index * 3 + 1}G${character}`).join('')
    await new Promise<void>((resolve) => terminal.write(`\u001B[2J\u001B[H${text}`, resolve))
    const line = terminal.buffer.active.getLine(0)
    const isWider = (character: string, index: number) =>
      (line?.getCell(index * 3)?.getWidth() ?? 0) > widthOf(character)
    wrong.push(...row.filter(isWider))
  }

  expect(characters.length).toBeGreaterThan(150_000)
  expect(wrong).toEqual([])
})

test('no printable text is wider in a terminal than was counted, so that a line that fits stays one line', async () => {
  const printable = string({ unit: 'grapheme', maxLength: 30 }).filter((text) => !unprintable.test(text))
  await assert(
    asyncProperty(printable, async (text) => {
      expect(await columnsIn(text)).toBeLessThanOrEqual(widthOf(text))
    }),
    { numRuns: 300 },
  )
})

test('what is cut says so, and never splits a character', () => {
  expect(cutTo('opening the tunnel', 18)).toBe('opening the tunnel')
  expect(cutTo('opening the tunnel', 8)).toBe('opening…')
  expect(cutTo('発注発注', 6)).toBe('発注…')
  expect(cutTo('\u001B[31mred alert\u001B[39m', 4)).toBe('red…')
  expect(['a', 'ab'].map((text) => cutTo(text, 0))).toEqual(['', ''])
})

test('of several parts those that come first stay, whole', () => {
  const parts = ['SUB1 verified', 'target unreachable', '3 received', '? keys']
  expect(fitParts(parts, ' · ', 80)).toBe('SUB1 verified · target unreachable · 3 received · ? keys')
  expect(fitParts(parts, ' · ', 48)).toBe('SUB1 verified · target unreachable · 3 received')
  expect(fitParts(parts, ' · ', 26)).toBe('SUB1 verified · 3 received')
  expect(fitParts(parts, ' · ', 6)).toBe('SUB1 …')
  expect(fitParts([], ' · ', 6)).toBe('')
})
