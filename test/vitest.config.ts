import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    // Lab hosts share two cores: test files run side by side, lab files one after the other (they share the lab).
    testTimeout: 20_000,
    hookTimeout: 600_000,
  },
});
