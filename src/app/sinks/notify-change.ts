import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { heldBy } from '../../core/lock.ts';
import type { Report } from '../../core/report.ts';
import { ensureStateDirectory, fileMode, isMissing, keyedFile, replaceDurably } from '../../journal/index.ts';
import { readTrusted, trustIn } from '../../local/trust.ts';
import {
  type AboutRun,
  noticeOf,
  type Problem,
  parseTold,
  problemsAfter,
  type RunFailure,
  type Told,
  toldText,
  type Way,
} from '../../notify/index.ts';
import { placeIn, takeLocks } from '../locks.ts';
import type { Note } from './notify-journal.ts';

export interface Ended {
  readonly about: AboutRun;
  readonly report: Report | undefined;
  readonly failure: RunFailure | undefined;
}

/** Seconds that another run with the same may take to tell what it has to. */
const PATIENCE = 120;

/**
 * Tells each way what is new since it was told last; one that could not be told is told of it the next time. Never rejects.
 * @param key of what was called with what @returns what is to be noted of it
 */
export async function tellChange(
  ended: Ended,
  ways: readonly Way[],
  { stateDir, key }: { readonly stateDir: string; readonly key: string },
): Promise<readonly Note[]> {
  if (ways.length === 0) return [];
  const path = keyedFile(stateDir, 'notify', key, '.json');
  try {
    const lock = await takeLocks([lockFor(stateDir, path)], ended.about.run, { lockWait: PATIENCE }, () => {});
    if ('heldBy' in lock) return [failed('people', `${heldBy(lock.heldBy)} is still at it`)];
    try {
      return await tellAll(ended, ways, stateDir, path);
    } finally {
      lock.release();
    }
  } catch (error) {
    return [failed('people', `what they know of is not kept in ${path}: ${messageOf(error)}`)];
  }
}

/**
 * Counts runs that were skipped in a row because another one held the lock. Never rejects: what cannot be counted is
 * reported as if it were often enough.
 */
export async function countSkip(
  isSkipped: boolean,
  { stateDir, key }: { readonly stateDir: string; readonly key: string },
): Promise<number> {
  const path = keyedFile(stateDir, 'notify', key, '.skipped');
  try {
    if (!isSkipped) {
      await rm(path, { force: true });
      return 0;
    }
    const trust = await ensureStateDirectory(stateDir, join(stateDir, 'notify'));
    const before = await readTrusted(path, trust, { noLinks: true, maxBytes: 100 }).catch((cause: unknown) => {
      if (isMissing(cause)) return '0';
      throw cause;
    });
    const skips = (Number.parseInt(before.toString(), 10) || 0) + 1;
    await replaceDurably(path, `${skips}\n`, fileMode(trust));
    return skips;
  } catch (error) {
    console.error(`warning: skipped runs are not counted in ${path}: ${messageOf(error)}`);
    return isSkipped ? Number.POSITIVE_INFINITY : 0;
  }
}

const lockFor = async (dir: string, path: string) => ({ ...(await placeIn(dir)), name: `notify ${path}` });

async function tellAll(ended: Ended, ways: readonly Way[], stateDir: string, path: string): Promise<readonly Note[]> {
  const { told, damage } = await readTold(stateDir, path);
  const all = await Promise.all(ways.map((way) => tell(way, ended, told.get(way.name) ?? [])));
  const now = new Map([...told, ...all.map(({ name, problems }) => [name, problems] as const)]);
  const [before, after] = [toldText(told), toldText(now)];
  if (before !== after || damage.length > 0) {
    const trust = await ensureStateDirectory(stateDir, join(stateDir, 'notify'));
    await replaceDurably(path, after, fileMode(trust));
  }
  return [...damage, ...all.flatMap(({ notes }) => notes)];
}

interface Outcome {
  readonly name: string;
  /** What it knows of now. */
  readonly problems: readonly Problem[];
  readonly notes: readonly Note[];
}

async function tell(way: Way, ended: Ended, before: readonly Problem[]): Promise<Outcome> {
  const { name } = way;
  const problems = problemsAfter(ended, before);
  const notice = noticeOf(ended.about, before, problems);
  if (notice === undefined) return { name, problems, notes: [] };
  try {
    return { name, problems, notes: [{ by: name, said: await way.tell(notice) }] };
  } catch (error) {
    return { name, problems: before, notes: [failed(name, messageOf(error))] };
  }
}

/** What can't be read is told anew: better twice than never. */
async function readTold(
  stateDir: string,
  path: string,
): Promise<{ readonly told: Told; readonly damage: readonly Note[] }> {
  try {
    const bytes = await readTrusted(path, await trustIn(stateDir), { noLinks: true });
    return { told: parseTold(bytes.toString('utf8')), damage: [] };
  } catch (cause) {
    const why = `${path} can't be read, so all is told anew: ${messageOf(cause)}`;
    return { told: new Map(), damage: isMissing(cause) ? [] : [failed('people', why)] };
  }
}

const failed = (by: string, failure: string): Note => ({ by, failure });
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
