import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: ['test/support/build.ts'],
    include: ['test/**/*.test.ts'],
    reporters: ['default', './test/support/summary.ts'],
    // Reached by what hangs, and by nothing that is merely slow on a busy machine.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // The machine's cores are shared with the child processes that the tests start.
    maxWorkers: 2,
  },
});
