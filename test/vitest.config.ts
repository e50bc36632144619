import { mkdtempSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

process.env.UNWEDGE_LEVEL ??= 'test';
process.env.UNWEDGE_SEED ??= String(Math.floor(Math.random() * 1_000_000));
// What tests write; global-setup.ts takes it away.
process.env.UNWEDGE_TEST_DIR ??= mkdtempSync(join(tmpdir(), 'unwedge-test-'));
console.log(`tests: UNWEDGE_LEVEL=${process.env.UNWEDGE_LEVEL} UNWEDGE_SEED=${process.env.UNWEDGE_SEED}`);

const lab = 'test/**/*.lab.test.ts';
/** Of real hosts, one of each law; the others at the level `full`. */
const mainLabs = ['free-dead-containers', 'mountflags-slave', 'deadman', 'audit', 'schedule'];
/** What needs neither hosts nor minutes. */
const FAST =
  `architecture contract core docker engine evidence files fuzz inventory journal local notify playbook reporters reports
  rollout scripts sim/one-of-each steps`.split(/\s+/);

/** Labs first: they wait for their hosts most of the time, others work meanwhile. */
class LabsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLab = ({ project }: TestSpecification) => project.name === 'lab';
    return [...sorted.filter(isLab), ...sorted.filter((file) => !isLab(file))];
  }
}

/** Of each project. */
const common = {
  globalSetup: 'test/global-setup.ts',
  setupFiles: 'test/seed.ts',
  // Where this machine is a host itself, it keeps its journals there.
  env: { UNWEDGE_HOST_DIR: join(process.env.UNWEDGE_TEST_DIR, 'host') },
  // A module is loaded once in each worker: tests put back what they change.
  isolate: false,
  testTimeout: 120_000,
  hookTimeout: 120_000,
};

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    // One more than there are cores: simulated hosts and labs wait, too.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LabsFirst },
    projects: [
      {
        test: {
          ...common,
          name: 'fast',
          include: FAST.flatMap((path) => [`test/${path}/**/*.test.ts`, `test/${path}.test.ts`]),
          // A browser, and thousands of hostile files.
          exclude: ['test/reports/html/**', 'test/**/hostile-*.test.ts'],
        },
      },
      { test: { ...common, name: 'unit', include: ['test/**/*.test.ts'], exclude: [lab] } },
      {
        test: {
          ...common,
          name: 'lab',
          include:
            process.env.UNWEDGE_LEVEL === 'full' ? [lab] : mainLabs.map((name) => `test/lab/${name}.lab.test.ts`),
          // A removal that docker gives up takes it seconds, and minutes on a busy machine.
          testTimeout: 900_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
