import { availableParallelism } from 'node:os';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, seed } from '../level.ts';
import { simAvailable } from '../sim/available.ts';
import { stories } from './story.ts';
import { breachesOn } from './trial.ts';

/** How many hosts; others with each seed. */
const HOSTS = Number(process.env.UNWEDGE_HARM_HOSTS ?? at({ check: 10, test: 16, full: 1_000 }));
/** Hosts side by side: most of their work is done by their own processes. */
const LANES = Math.max(2, availableParallelism());
/** For mutants.ts: the first breach is enough. */
const STOP = process.env.UNWEDGE_HARM_STOP !== undefined;
let broken = false;

describe.skipIf(simAvailable())(
  `never harm: ${HOSTS} random hosts, seed ${seed} (UNWEDGE_HARM_HOSTS, UNWEDGE_SEED)`,
  () => {
    it.concurrent.each(Array.from({ length: LANES }, (_, lane) => lane))(
      'lane %i',
      async (lane) => {
        const property = fc.asyncProperty(stories, async (story) => {
          const breaches = STOP && broken ? [] : await breachesOn(story);
          broken ||= breaches.length > 0;
          expect(breaches).toEqual([]);
        });
        await fc.assert(property, { seed: seed + lane, numRuns: Math.ceil(HOSTS / LANES), endOnFailure: STOP });
      },
      3_600_000,
    );
  },
);
