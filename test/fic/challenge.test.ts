import { expect, test } from 'vitest'

import { readChallenge, toChallengeAnswer } from '../../src/fic/challenge.ts'

const name = 'x-fic-verification-challenge'
const challenge = '9f'.repeat(32)

test('the challenge is read from the header, in any case of its name', () => {
  expect(readChallenge([['X-FIC-Verification-Challenge', challenge]], '/s')).toEqual({
    usable: true,
    challenge,
  })
})

test('the challenge is read from the query, among other parameters', () => {
  expect(readChallenge([], `/s?a=1&${name}=${challenge}&b=2`)).toEqual({ usable: true, challenge })
})

test('the same challenge in both places is one challenge', () => {
  expect(readChallenge([[name, challenge]], `/s?${name}=${challenge}`)).toEqual({ usable: true, challenge })
})

test('two different challenges are not usable', () => {
  expect(readChallenge([[name, challenge]], `/s?${name}=other`)).toEqual({
    usable: false,
    problem: 'The request carries 2 different challenges.',
  })
})

test.each(['/s', '/s?', `/${name}=1`, '/s?challenge=1', `/s?${name.toUpperCase()}=1`])(
  '%s has no challenge',
  (path) => {
    expect(readChallenge([], path)).toBe(null)
  },
)

test.each(['x', '!~"\\<script>', 'x'.repeat(512)])('%j is usable', (value) => {
  expect(readChallenge([[name, value]], '/s')).toEqual({ usable: true, challenge: value })
})

test.each(['', 'a b', 'a\tb', 'é', '\u007f', 'x'.repeat(513), 'a\n'])('%j is not usable', (value) => {
  expect(readChallenge([[name, value]], '/s')).toEqual({
    usable: false,
    problem: `The challenge has ${value.length} characters; it must consist of 1 to 512 visible ASCII characters.`,
  })
})

test('the answer is JSON with the challenge as verification', () => {
  expect(toChallengeAnswer('a"\\b')).toBe('{"verification":"a\\"\\\\b"}')
})
