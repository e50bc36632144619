import { defineConfig } from 'vitest/config';

const lab = 'test/**/*.lab.test.ts';

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [lab],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'lab',
          include: [lab],
          // One lab at a time, once the others are done: its hosts boot systemd and dockerd.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          // A removal that docker gives up takes it seconds, and minutes on a busy machine.
          testTimeout: 900_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
