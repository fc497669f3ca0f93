import { defineConfig } from 'vitest/config';

/** Two suites: `unit` runs anywhere, offline and without root; `loaders` needs root, BPF and the real loaders. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/loaders/**'],
          // Long enough for a machine that is busy with other things.
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'loaders',
          include: ['test/loaders/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
