import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inputError } from '../core/diagnostic.ts';
import { placing, textOf } from './placed-files.ts';
import { PREFIX, type RunLocal, ran } from './schedule.ts';

/** Where cron reads the lines of schedules. A text is what belongs to one schedule. */
export interface CronTable {
  /** As whom a line says that it is run; undefined where it is the table's owner. */
  readonly user: string | undefined;
  /** Where it is, for people. */
  place(name: string): string;
  names(): Promise<readonly string[]>;
  read(name: string): Promise<string | undefined>;
  /** Replaces it, or with undefined takes it out. @throws InputError */
  write(name: string, text: string | undefined): Promise<void>;
}

/** A directory of files such as /etc/cron.d; cron reads none with a dot in its name. */
export function cronDirectory(dir: string): CronTable {
  const place = (name: string): string => join(dir, PREFIX + name);
  return {
    user: 'root',
    place,
    names: async () =>
      (await readdir(dir))
        .filter((file) => file.startsWith(PREFIX) && !file.includes('.'))
        .map((file) => file.slice(PREFIX.length))
        .sort(),
    read: (name) => textOf(place(name)),
    write: async (name, text) => {
      if (text === undefined) return rm(place(name), { force: true });
      await placing([{ path: place(name), text, mode: 0o600 }], async () => undefined);
    },
  };
}

const BEGIN = (name: string): string => `# unwedge schedule begins: ${name}\n`;
const END = (name: string): string => `# unwedge schedule ends: ${name}\n`;

/** The crontab of the user who calls, read and written by crontab(1). */
export function userCrontab(run: RunLocal): CronTable {
  const whole = async (): Promise<string> => {
    const { code, stdout, stderr } = await ran(run, ['crontab', '-l'], 60);
    if (code === 0) return stdout;
    if (/no crontab for|can't open/i.test(stderr)) return '';
    throw inputError(
      `crontab -l: ${stderr.trim() || `exit code ${code}`}`,
      'is cron installed, and may this user use it?',
    );
  };
  return {
    user: undefined,
    place: () => 'the crontab of this user',
    names: async () =>
      [...(await whole()).matchAll(/^# unwedge schedule begins: (\S+)$/gm)].map(([, name = '']) => name),
    read: async (name) => block(await whole(), name)?.text,
    write: async (name, text) => {
      const before = await whole();
      const { start, end } = block(before, name) ?? { start: 0, end: 0 };
      // At the top: a line that sets SHELL or PATH for what follows it must not set ours.
      const own = text === undefined ? '' : BEGIN(name) + text + END(name);
      await install(run, before.slice(0, start) + own + before.slice(end));
    },
  };
}

function block(whole: string, name: string): { text: string; start: number; end: number } | undefined {
  const start = whole.indexOf(BEGIN(name));
  const end = whole.indexOf(END(name), start);
  if (start < 0 || end < 0) return undefined;
  return { text: whole.slice(start + BEGIN(name).length, end), start, end: end + END(name).length };
}

async function install(run: RunLocal, text: string): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'unwedge-crontab-'));
  try {
    const file = join(dir, 'crontab');
    await writeFile(file, text, { mode: 0o600 });
    // An empty one is none.
    const { code, stderr } = await ran(run, text === '' ? ['crontab', '-r'] : ['crontab', file], 60);
    if (code !== 0) throw inputError(`crontab: ${stderr.trim() || `exit code ${code}`}`, 'the crontab is as it was');
  } finally {
    await rm(dir, { recursive: true });
  }
}
