import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    // No test is about how long it takes: these end what hangs, also on a machine that has much else to do.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    // Where it decides whether a change lands, a test that met bad luck with real processes has a second try.
    retry: process.env['CI'] === undefined ? 0 : 1,
    // Most tests start servers and processes; two cores are what everybody, CI included, can count on.
    maxWorkers: 2,
  },
})
