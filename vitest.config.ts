import { defineConfig } from 'vitest/config';
import { slow } from './test/support/slow.ts';
import { agreement, isInstalled } from './test/support/tensorflow.ts';

export default defineConfig({
  test: {
    globalSetup: ['test/support/build.ts'],
    reporters: ['default', './test/support/summary.ts'],
    // Reached by what hangs, and by nothing that is merely slow on a busy machine.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // The machine's cores are shared with the child processes that the tests start.
    maxWorkers: 2,
    coverage: {
      include: ['src/**/*.ts', 'stages/*.ts'],
      // Only processes that tests start load it, and Vitest cannot read its first line (`#!`).
      exclude: ['src/cli/main.ts'],
      reportOnFailure: true,
    },
    projects: [
      { extends: true, test: { name: 'fast', include: ['test/**/*.test.ts'], exclude: slow } },
      { extends: true, test: { name: 'slow', include: slow } },
      {
        extends: true,
        test: {
          name: 'tensorflow',
          include: agreement,
          env: { TESTED_ENGINE: isInstalled ? 'tensorflow' : 'onnx' },
          setupFiles: ['test/support/only-with-tensorflow.ts'],
        },
      },
    ],
  },
});
