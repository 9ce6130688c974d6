import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: ['test/support/build.ts'],
    include: ['test/**/*.test.ts'],
    reporters: ['default', './test/support/summary.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The machine's cores are shared with the child processes that the tests start.
    maxWorkers: 2,
  },
});
