/** Reads the code blocks of README and docs, for tests. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** README, CONTRIBUTING, CHANGELOG and every page of `docs`. */
export function listPages(): string[] {
  const docs = readdirSync('docs', { recursive: true, encoding: 'utf8' })
  return [
    'README.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    ...docs.filter((path) => path.endsWith('.md')).map((path) => join('docs', path)),
  ]
}

export interface Block {
  language: string
  code: string
}

export function readBlocks(page: string): Block[] {
  return [...readFileSync(page, 'utf8').matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(
    ([, language = '', code = '']) => ({ language, code }),
  )
}

/** The one block that holds this text. */
export function findBlock(page: string, text: string): string {
  const found = readBlocks(page).filter(({ code }) => code.includes(text))
  if (found.length !== 1) throw new Error(`${found.length} blocks of ${page} hold "${text}", not one.`)
  return found[0]?.code ?? ''
}

/** Commands of shell blocks and of the steps of a workflow: continued lines are joined, comments are left out. */
export function readCommands(page: string, languages = ['sh', 'yaml']): string[] {
  return readBlocks(page)
    .filter(({ language }) => languages.includes(language))
    .flatMap(({ code }) => code.replaceAll('\\\n', ' ').split('\n'))
    .map((line) =>
      line
        .replace(/^- run: /, '')
        .replace(/(^|\s)#.*$/, '')
        .trim(),
    )
    .filter((line) => line !== '')
}

/** Inline code, without the blocks. */
export function readInlineCode(page: string): string[] {
  const text = readFileSync(page, 'utf8').replaceAll(/^```\w*\n[\s\S]*?^```$/gm, '')
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code)
}
