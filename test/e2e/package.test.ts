/** What is in the published package. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createNotices } from '../../notices.ts'
import { listPackedFiles } from '../support/packed.ts'
import { createProject } from '../support/project.ts'

test('the package holds what runs and what is read, and nothing of the tests', async () => {
  const paths = await listPackedFiles()

  expect(paths).toEqual(
    expect.arrayContaining([
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'LICENSE',
      'NOTICES.txt',
      'README.md',
      'dist/cli.js',
      'dist/emulator.js',
      'dist/index.js',
      'dist/localtunnel-worker.js',
      'dist/page/index.html',
      'docs/troubleshooting.md',
      'examples/target.ts',
      'package.json',
    ]),
  )
  const others =
    /^(dist\/|docs\/([a-z-]+\/)?[\w-]+\.md$|examples\/target\.ts$|[A-Z]+(\.md|\.txt)?$|package\.json$)/
  expect(paths.filter((path) => !others.test(path))).toEqual([])
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: object }
  expect(Object.keys(dependencies).sort()).toEqual(['libsql', 'tsx'])
})

test('NOTICES.txt has the text of the license of every bundled package', () => {
  const [, ...notices] = readFileSync('NOTICES.txt', 'utf8').split(/^fic-dev contains.*\n\n|\n-{80}\n\n/m)
  expect(notices.length).toBeGreaterThan(100)
  const withoutText = notices.filter(
    (notice) => !/permission (?:is hereby granted|to use)|redistribution and use/i.test(notice),
  )
  expect(withoutText).toEqual([])
  for (const name of ['abstract-logging', 'agent-base', 'https-proxy-agent', 'react-remove-scroll-bar']) {
    const notice = notices.find((each) => each.startsWith(`${name} `))
    expect(notice).toMatch(/\n\nCopyright \(c\) .*@/)
    expect(notice).not.toContain('fic-dev')
  }
})

test('a bundled package without a license text fails the build', () => {
  const folder = createProject({
    'package.json': '{ "name": "other", "version": "1.0.0", "license": "MIT" }',
  })
  expect(() => createNotices([folder])).toThrow('has no license file, and its license is MIT')
})

test('on Node 20, the oldest client of NATS that the package accepts needs no newer Node', () => {
  const { peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
  const clients = ['@nats-io/transport-node', '@nats-io/jetstream']
  for (const name of clients) {
    const installed = JSON.parse(readFileSync(join('node_modules', name, 'package.json'), 'utf8'))
    expect(peerDependencies[name]).toBe(`^${installed.version}`)
  }
  const engines = readdirSync('node_modules/@nats-io').map((name) => {
    const { engines } = JSON.parse(readFileSync(join('node_modules/@nats-io', name, 'package.json'), 'utf8'))
    return Number(/\d+/.exec(engines?.node ?? '0')?.[0])
  })
  expect(engines.length).toBeGreaterThan(3)
  expect(engines.filter((major) => major > 20)).toEqual([])
})
