import { at } from '../level.ts';

/** Cases of each property about hostile input. */
export const fuzzRuns = at({ check: 100, test: 500, full: Number(process.env.UNWEDGE_FUZZ_RUNS ?? 100_000) });

/** Milliseconds for one such property. */
export const fuzzTimeout = 120_000 + fuzzRuns * 60;
