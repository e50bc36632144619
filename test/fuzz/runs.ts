/** Cases of each property about hostile input: some thousands in all; `npm run test:full` takes a hundred thousand of each. */
export const fuzzRuns = Number(process.env.UNWEDGE_FUZZ_RUNS ?? 1_500);

/** Milliseconds for one such property. */
export const fuzzTimeout = 120_000 + fuzzRuns * 60;
