import { defineConfig } from 'vitest/config';

/** Two suites: `unit` runs anywhere, offline and without root; `loaders` needs root, BPF and the real loaders. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/loaders/**'] } },
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
