import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Most tests start servers and processes; two cores are what everybody, CI included, can count on.
    maxWorkers: 2,
    // Real processes on a machine that does other things too: in CI one more try, which the report shows.
    retry: process.env['CI'] ? 1 : 0,
  },
})
