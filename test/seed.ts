import fc from 'fast-check';
import { beforeAll, type RunnerTask } from 'vitest';
import { at, sample, seed } from './level.ts';

// Each property that names no seed of its own is replayed by UNWEDGE_SEED.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });

/** What boots hosts, or calls the command for each case; the first test of each file has its main case. */
const TAKES_TURNS = /^test\/((sim|fault|harm|lab)\/|cli\/(choice|completion|trust)\.test)/;
/** Tests that build on each other. */
const TOGETHER = /\bsim\/(notify|one-of-each)\.test/;
const ONE_IN = at({ check: 1, test: 8, full: 1 });
/** A case on real hosts takes minutes. */
const ONE_IN_OF_LAB = ONE_IN * 2;

// At the level `test` the first test of such a file runs, and of the others one in eight, drawn by the seed.
// biome-ignore lint/correctness/noEmptyPattern: vitest takes nothing else for "no fixtures"
beforeAll(({}, file) => {
  const path = file.file.name;
  if (ONE_IN === 1 || !TAKES_TURNS.test(path) || TOGETHER.test(path)) return;
  const [first, ...others] = testsOf(file.tasks).map(({ id }) => id);
  const drawn = new Set([
    first,
    ...sample(others, Math.ceil(others.length / (path.startsWith('test/lab/') ? ONE_IN_OF_LAB : ONE_IN)), path),
  ]);
  leaveOut(file.tasks, drawn);
});

const testsOf = (tasks: readonly RunnerTask[]): readonly RunnerTask[] =>
  tasks.flatMap((task) => (task.mode === 'skip' ? [] : task.type === 'suite' ? testsOf(task.tasks) : [task]));

/** A suite of which nothing is left boots no hosts. */
function leaveOut(tasks: readonly RunnerTask[], drawn: ReadonlySet<string | undefined>): void {
  for (const task of tasks) {
    if (task.type === 'suite') leaveOut(task.tasks, drawn);
    const stays = task.type === 'suite' ? task.tasks.some(({ mode }) => mode !== 'skip') : drawn.has(task.id);
    if (!stays) task.mode = 'skip';
  }
}
