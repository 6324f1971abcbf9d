/** No text that users read has a word that the style rules out; `CONTRIBUTING.md` lists these words. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listPages } from './readme-blocks.ts'
import { readDocumented, readStrings } from './support/source-texts.ts'

/** Each with its inflections. */
const forbidden = [
  /\b(?:nobody|somebody|whoever|anew|firmest)\b/gi,
  /\bmend(?:s|ed|ing)?\b/gi,
  /\b(?:is|are|was|were|be|been|being) told\b/gi,
  /\bby itself\b/gi,
  /\b(?:breaks?|broken?|breaking) off\b/gi,
  /\b(?:hands?|handed|handing) on\b/gi,
  /\b(?:gives?|gave|given|giving) way\b/gi,
  /\bstand(?:s|ing)? in\b/gi,
]

/** Texts that have such a word and keep it, each with the reason. */
const exceptions: { text: RegExp; why: string }[] = []

interface Text {
  place: string
  text: string
}

const pages = listPages()

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => join('src', path))

test('no page has a word that the style rules out', () => {
  expect(pages.length).toBeGreaterThan(10)
  expect(findForbidden(pages.map((page) => ({ place: page, text: readFileSync(page, 'utf8') })))).toEqual([])
})

test('no help has a word that the style rules out', () => {
  const place = 'test/contract/snapshots/help.txt'
  expect(findForbidden([{ place, text: readFileSync(place, 'utf8') }])).toEqual([])
})

test('no error message and no line of the terminal has a word that the style rules out', () => {
  const texts = sources.flatMap((file) =>
    readStrings(file).map(({ text, line }) => ({ place: `${file}:${line}`, text })),
  )
  expect(texts.length).toBeGreaterThan(5000)
  expect(findForbidden(texts)).toEqual([])
})

test('no doc comment that an editor shows has a word that the style rules out', () => {
  const comments = ['src/index.ts', 'src/emulator/index.ts']
    .flatMap(readDocumented)
    .flatMap((each) =>
      [each, ...each.members].flatMap(({ name, comment }) =>
        comment === null ? [] : [{ place: `${each.file}:${comment.line} ${name}`, text: comment.text }],
      ),
    )
  expect(comments.length).toBeGreaterThan(100)
  expect(findForbidden(comments)).toEqual([])
})

test('a word is found in any case and over the end of a line', () => {
  const text = 'Whoever asks is\n  told so. It mends itself, and nothing stands in\nfor it by itself.'
  expect(findForbidden([{ place: 'here', text }])).toHaveLength(5)
})

/** Each such word with its place and some of the text around it. */
function findForbidden(texts: Text[]): string[] {
  return texts.flatMap(({ place, text }) => {
    const spaced = text.replaceAll(/\s+/g, ' ')
    return forbidden.flatMap((pattern) =>
      [...spaced.matchAll(pattern)].flatMap(({ index, 0: word }) => {
        const around = spaced.slice(Math.max(0, index - 50), index + word.length + 30)
        return exceptions.some(({ text: kept }) => kept.test(around)) ? [] : [`${place}: …${around}…`]
      }),
    )
  })
}
