import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InputError } from '../../src/core/diagnostic.ts';
import { openJournal } from '../../src/journal/journal-file.ts';
import { openLedger } from '../../src/journal/ledger.ts';
import { loadRun, loadRuns } from '../../src/journal/load-run.ts';
import { readTrusted, SHARED_MARKER, trustIn } from '../../src/local/trust.ts';
import { RUN, started } from '../journal/sample-events.ts';

const isRoot = process.getuid?.() === 0;
const SOMEBODY = 65534;
const GROUP = 4242;
let dir: string;
let state: string;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'unwedge-trust-'));
  state = join(dir, 'state');
  const journal = await openJournal(state, RUN);
  await journal.append(started());
  await journal.close();
});
afterEach(() => rmSync(dir, { recursive: true }));
const places = () => [state, join(state, 'runs'), join(state, 'runs', RUN), join(state, 'runs', RUN, 'journal.jsonl')];
const refusal = (work: Promise<unknown>): Promise<InputError> =>
  work.then(
    () => {
      throw new Error('it was not refused');
    },
    (error: InputError) => error,
  );

describe('a state directory', () => {
  it.each([0, 1, 2, 3])(
    'that everyone or its group can write to (%i) is refused, with the mode that is needed',
    async (i) => {
      const path = places()[i] ?? '';
      const usual = i < 3 ? 0o700 : 0o600;
      for (const [wide, who] of [
        [usual | 0o002, 'every user'],
        [usual | 0o020, 'its group'],
      ] as const) {
        chmodSync(path, wide);
        const { diagnostics } = await refusal(loadRun(state, RUN));
        expect(diagnostics[0]?.message).toContain(
          `${path} can be written by ${who} (mode 0${wide.toString(8)}): it is not used`,
        );
        expect(diagnostics[0]?.todo).toContain(`chmod ${i < 3 ? '0700' : '0600'} ${path}`);
      }
      chmodSync(path, usual | 0o055);
      expect((await loadRun(state, RUN)).record.started.run).toBe(RUN);
    },
  );

  it.skipIf(!isRoot).each([0, 1, 2, 3])('that belongs to somebody else (%i) is refused', async (i) => {
    const path = places()[i] ?? '';
    chownSync(path, SOMEBODY, SOMEBODY);
    expect((await refusal(loadRun(state, RUN))).message).toContain(`${path} is owned by uid ${SOMEBODY}, not by `);
    chownSync(path, 0, 0);
    expect((await loadRun(state, RUN)).record.started.run).toBe(RUN);
  });

  it('takes no new journal and no times of limits where others can write', async () => {
    chmodSync(state, 0o777);
    expect((await refusal(openJournal(state, '20261122T051443Z-bbbb'))).message).toContain(
      'can be written by every user',
    );
    const ledger = openLedger(state, 'key', RUN);
    await expect(ledger.times('play', 'a')).rejects.toThrow('can be written by every user');
    await expect(loadRuns(state)).rejects.toThrow('can be written by every user');
  });

  it('is refused below a directory that every user can write to, unless that is sticky as /tmp is', async () => {
    chmodSync(dir, 0o777);
    expect((await refusal(loadRun(state, RUN))).message).toContain(`the directory ${dir} can be written by every user`);
    chmodSync(dir, 0o1777);
    expect((await loadRun(state, RUN)).record.started.run).toBe(RUN);
  });

  it('does not follow a link that takes the place of a journal or a run', async () => {
    const [, , run = '', journal = ''] = places();
    rmSync(journal);
    writeFileSync(join(dir, 'elsewhere'), '');
    symlinkSync(join(dir, 'elsewhere'), journal);
    expect((await refusal(loadRun(state, RUN))).message).toContain('it is a symbolic link');
    rmSync(run, { recursive: true });
    symlinkSync(dir, run);
    expect((await refusal(loadRun(state, RUN))).message).toContain('is a symbolic link: it is not used');
  });
});

describe.skipIf(!isRoot)('a state directory that its owner has shared with a group', () => {
  const marker = () => join(state, SHARED_MARKER);
  beforeEach(() => {
    rmSync(state, { recursive: true });
    mkdirSync(state);
    chownSync(state, 0, GROUP);
    chmodSync(state, 0o2770);
  });

  it('is refused without the marker, and used with it; new files are for the group', async () => {
    expect((await refusal(trustIn(state))).message).toContain('can be written by its group (mode 2770)');
    writeFileSync(marker(), '', { mode: 0o644 });
    expect(await trustIn(state)).toEqual({ group: GROUP });
    const journal = await openJournal(state, RUN);
    await journal.append(started());
    await journal.close();
    const { statSync } = await import('node:fs');
    const looks = places().map((path) => [statSync(path).gid, (statSync(path).mode & 0o7777).toString(8)]);
    expect(looks).toEqual([
      [GROUP, '2770'],
      [GROUP, '2770'],
      [GROUP, '2770'],
      [GROUP, '660'],
    ]);
    // What another member has written is of the group, too.
    for (const path of places().slice(2)) chownSync(path, SOMEBODY, GROUP);
    expect((await loadRun(state, RUN)).record.started.run).toBe(RUN);
    chownSync(places()[3] ?? '', SOMEBODY, SOMEBODY);
    expect((await refusal(loadRun(state, RUN))).message).toContain(`is owned by uid ${SOMEBODY}`);
  });

  it('is refused with a marker that a member of the group has made, or can change', async () => {
    writeFileSync(marker(), '', { mode: 0o644 });
    chownSync(marker(), SOMEBODY, GROUP);
    expect((await refusal(trustIn(state))).message).toContain('does not share');
    chownSync(marker(), 0, GROUP);
    chmodSync(marker(), 0o664);
    expect((await refusal(trustIn(state))).message).toContain('does not share');
  });
});

it('a file that others can write to is not read', async () => {
  const file = join(dir, 'webhook');
  writeFileSync(file, 'https://example.com/');
  expect(`${await readTrusted(file)}`).toBe('https://example.com/');
  chmodSync(file, 0o666);
  await expect(readTrusted(file)).rejects.toThrow(
    `the file ${file} can be written by every user (mode 0666): it is not used`,
  );
});
