import { defineConfig } from 'vitest/config'

/** Suites that need more than Node and loopback, or more than five minutes, are projects of their own. */
const suites = ['browser', 'compat', 'long']

export default defineConfig({
  test: {
    setupFiles: ['test/setup.ts'],
    // These limits end a test that hangs, also on a busy machine. No test measures time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'main',
          include: ['test/**/*.test.ts'],
          exclude: suites.map((suite) => `test/${suite}/**`),
          // Most of these tests wait for servers and processes: four workers keep two cores busy.
          maxWorkers: 4,
          // Modules are loaded once per worker rather than once per file, which takes a seventh of the time.
          isolate: false,
        },
      },
      ...suites.map((suite) => ({
        extends: true as const,
        test: { name: suite, include: [`test/${suite}/**/*.test.ts`], maxWorkers: 2 },
      })),
    ],
  },
})
