import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { inputError } from '../core/diagnostic.ts';
import type { ScheduleFile } from './schedule.ts';

/** A file's text; undefined where there is none. @throws Error for one that can't be read */
export async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** With all above it. @throws InputError where it can't be made */
export async function makeDirectory(path: string, mode = 0o755): Promise<void> {
  await mkdir(path, { recursive: true, mode }).catch((cause: Error) => {
    throw inputError(`the directory ${path} can't be made: ${cause.message}`, 'nothing was changed');
  });
}

/** Puts files in place, each at once and durable, then does `work`. Where anything fails, every file is as it was before. */
export async function placing(files: readonly ScheduleFile[], work: () => Promise<void>): Promise<void> {
  const before = await Promise.all(files.map(async (file) => ({ ...file, text: await textOf(file.path) })));
  try {
    for (const file of files) await place(file);
    await work();
  } catch (error) {
    for (const { text, ...file } of before)
      await (text === undefined ? rm(file.path, { force: true }) : place({ ...file, text }));
    throw error;
  }
}

/** @throws InputError where it can't be written */
async function place(file: ScheduleFile): Promise<void> {
  await written(file).catch((cause: Error) => {
    throw inputError(`${file.path} can't be written: ${cause.message}`, 'nothing was changed');
  });
}

/** Nobody ever reads half a file. The name of a new one ends in what neither systemd nor cron reads. */
async function written({ path, text, mode }: ScheduleFile): Promise<void> {
  const made = `${path}.new~`;
  await rm(made, { force: true });
  const handle = await open(made, 'wx', mode);
  try {
    await handle.chmod(mode);
    await handle.writeFile(text);
    await handle.sync();
    await handle.close();
    await rename(made, path);
    await sync(dirname(path));
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(made, { force: true });
    throw error;
  }
}

async function sync(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  await handle.sync().finally(() => handle.close());
}
