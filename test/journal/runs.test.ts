import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/diagnostic.ts';
import type { RunEvent } from '../../src/core/event.ts';
import { newRunId } from '../../src/core/run-id.ts';
import { leftToUndo } from '../../src/core/run-record.ts';
import { openJournal } from '../../src/journal/journal-file.ts';
import { loadRun, loadRuns } from '../../src/journal/load-run.ts';
import { findRun, listRuns, readJournal } from '../../src/journal/runs.ts';
import { applying, at, RUN, started } from './sample-events.ts';

let stateDir: string;
beforeEach(() => {
  stateDir = join(mkdtempSync(join(tmpdir(), 'unwedge-journal-')), 'state');
});
afterEach(() => rmSync(join(stateDir, '..'), { recursive: true }));

async function write(run: string, ...events: readonly RunEvent[]): Promise<void> {
  const journal = await openJournal(stateDir, run);
  for (const event of events) await journal.append(event);
  await journal.close();
}
const pathOf = (run: string) => join(stateDir, 'runs', run, 'journal.jsonl');
const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe('newRunId', () => {
  it('is readable, and sorts by time', () => {
    const randoms = [0.3, 0.99, 0, 0.5];
    expect(newRunId(Date.UTC(2026, 10, 22, 5, 14, 43, 999), () => randoms.shift() ?? 0)).toBe('20261122T051443Z-k9as');
    const ids = [5, 1, 3].map((second) => newRunId(second * 1000, Math.random));
    expect(ids.sort().map((id) => id.slice(0, 16))).toEqual([1, 3, 5].map((s) => `19700101T00000${s}Z`));
  });
});

describe('openJournal', () => {
  it('keeps the journal from other users', async () => {
    await write(RUN, started());
    const directories = [stateDir, join(stateDir, 'runs'), join(stateDir, 'runs', RUN)];
    expect([...directories, pathOf(RUN)].map(mode)).toEqual(['700', '700', '700', '600']);
  });

  it('never opens the journal of another run', async () => {
    await write(RUN, started());
    await expect(openJournal(stateDir, RUN)).rejects.toThrow(/EEXIST/);
    expect((await readJournal(stateDir, RUN)).events).toHaveLength(1);
  });

  it('refuses a state directory that is none, with what to do', async () => {
    mkdirSync(join(stateDir, '..'), { recursive: true });
    writeFileSync(stateDir, '');
    const error = await openJournal(stateDir, RUN).catch((e: unknown) => e);
    if (!(error instanceof InputError)) throw error;
    expect(error.message).toMatch(/^no journal can be kept in .*state: E/);
    expect(error.diagnostics[0]?.todo).toContain('--state-dir');
  });
});

describe('loadRun', () => {
  it('gives back what was written, and says of a torn end', async () => {
    await write(RUN, started(), applying('a', 0));
    appendFileSync(pathOf(RUN), '{"at":"2026');
    const { record, torn } = await loadRun(stateDir, RUN);
    expect(record.hosts[0]?.changes).toMatchObject([{ state: 'applying' }]);
    expect(torn).toEqual({ line: 3, text: '{"at":"2026' });
  });

  it('folds in later rollbacks of the run, also of the same second, and no other run', async () => {
    const undo = (seq: number) => at({ type: 'change.undone', host: 'a', seq });
    await write(RUN, started(), applying('a', 0), applying('a', 1), applying('a', 2));
    await write('20261122T051443Z-aaaa', started({ run: 'r1', mode: 'rollback', of: RUN }), undo(0));
    await write('20261122T060000Z-bbbb', started({ run: 'r2', mode: 'rollback', of: RUN }), undo(2));
    await write('20261122T060001Z-cccc', started({ run: 'r3', mode: 'rollback', of: 'another' }), undo(1));
    const { record } = await loadRun(stateDir, RUN);
    expect(record.rollbacks).toEqual(['r1', 'r2']);
    expect(record.hosts[0]?.changes.filter(leftToUndo).map(({ seq }) => seq)).toEqual([1]);
  });

  it('says that nothing was touched where the journal has no beginning', async () => {
    await write(RUN);
    await expect(loadRun(stateDir, RUN)).rejects.toThrow(`run ${RUN} died before its beginning: no host was touched`);
  });

  it('refuses a run whose journal is gone, and a damaged one, by name', async () => {
    await expect(loadRun(stateDir, RUN)).rejects.toThrow(InputError);
    await write(RUN, started(), applying('a', 0), applying('a', 1));
    writeFileSync(pathOf(RUN), readFileSync(pathOf(RUN), 'utf8').replace('"change.applying"', '"chang'));
    await expect(loadRun(stateDir, RUN)).rejects.toThrow(`${pathOf(RUN)}:2: this line is not as it was written`);
  });

  it('lists a damaged run as such, beside the others', async () => {
    const [broken, whole] = ['20261122T070000Z-dddd', '20261122T080000Z-eeee'];
    await write(broken, started({ run: broken }), applying('a', 0), applying('a', 1));
    writeFileSync(pathOf(broken), readFileSync(pathOf(broken), 'utf8').replace('"change.applying"', '"chang'));
    await write(whole, started({ run: whole, mode: 'rollback', of: RUN }));
    await write(RUN, started());
    const [first, second, third] = await loadRuns(stateDir);
    expect(first).toMatchObject({ run: whole, loaded: { record: { started: { of: RUN } } } });
    expect(second).toMatchObject({ run: broken, loaded: expect.any(InputError) });
    expect(third).toMatchObject({ run: RUN, loaded: { record: { rollbacks: [whole] } } });
  });

  it('is not troubled by a run that died before its journal was created', async () => {
    await write(RUN, started());
    mkdirSync(join(stateDir, 'runs', '20261122T070000Z-dddd'));
    expect((await loadRun(stateDir, RUN)).record.state).toBe('interrupted');
  });
});

describe('listRuns and findRun', () => {
  const runs = ['20261121T051443Z-aaaa', '20261122T051443Z-bbbb', '20261122T061443Z-cccc'];
  beforeEach(async () => {
    for (const run of runs) await write(run, started({ run }));
    mkdirSync(join(stateDir, 'runs', 'lost+found'));
  });

  it('lists runs only, newest first', async () => {
    expect(await listRuns(stateDir)).toEqual([...runs].reverse());
    expect(await listRuns(join(stateDir, 'nowhere'))).toEqual([]);
  });

  it.each([
    ['20261121', runs[0]],
    ['20261122T06', runs[2]],
    [runs[1] ?? '', runs[1]],
  ])('finds %s', async (prefix, run) => {
    expect(await findRun(stateDir, prefix)).toBe(run);
  });

  it.each([
    ['20261122', 'is the beginning of 2 runs', 'one of: 20261122T061443Z-cccc, 20261122T051443Z-bbbb'],
    ['20261121T051443Z-aaab', 'no run', "did you mean '20261121T051443Z-aaaa'?"],
    ['../../etc', 'no run', 'known here: '],
    ['lost+found', 'no run', 'known here: '],
  ])('refuses %s: %s', async (prefix, message, todo) => {
    const error = await findRun(stateDir, prefix).catch((e: unknown) => e);
    if (!(error instanceof InputError)) throw error;
    expect(error.message).toContain(message);
    expect(error.diagnostics[0]?.todo).toContain(todo);
  });

  it('says where it looked when there are no runs', async () => {
    await expect(findRun(join(stateDir, 'nowhere'), '2026')).rejects.toThrow('there are no runs in ');
  });
});
