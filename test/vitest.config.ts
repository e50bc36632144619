import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
          // Where this machine is a host itself, it keeps its journals there.
          env: { UNWEDGE_HOST_DIR: join(tmpdir(), 'unwedge-test-host') },
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
