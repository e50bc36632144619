import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readLocal } from '../../src/local/read-file.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'unwedge-read-'));
});
afterEach(() => rmSync(dir, { recursive: true }));
const at = (name: string) => join(dir, name);

it('reads a regular file, also behind a link, if links are not refused', async () => {
  writeFileSync(at('f'), 'text');
  symlinkSync('f', at('link'));
  expect((await readLocal(at('link'))).toString()).toBe('text');
  await expect(readLocal(at('link'), { noLinks: true })).rejects.toThrow('it is a symbolic link');
});

it('refuses a named pipe, a device and a directory at once: they might never end', async () => {
  execFileSync('mkfifo', [at('pipe')]);
  await expect(readLocal(at('pipe'))).rejects.toThrow('it is a named pipe, not a regular file');
  await expect(readLocal('/dev/zero')).rejects.toThrow('it is not a regular file');
  await expect(readLocal(dir)).rejects.toThrow('it is a directory');
});

it('refuses what is longer than it may be, and says of a missing file that it is missing', async () => {
  writeFileSync(at('f'), '12345');
  await expect(readLocal(at('f'), { maxBytes: 4 })).rejects.toThrow('it has 5 bytes; at most 4 are read');
  await expect(readLocal(at('gone'))).rejects.toMatchObject({ code: 'ENOENT' });
});

/** A program of node's that reads its standard input as a file, below a shell that hands it over. */
const reading = (script: string, options: string) =>
  spawnSync(
    'bash',
    [
      ...['--norc', '-c', script, 'bash', process.execPath],
      `import { readLocal } from './src/local/read-file.ts';
      const read = await readLocal(process.argv[1], ${options}).catch((error) => error.message);
      console.log(String(read)); process.exit();`,
    ],
    { encoding: 'utf8', timeout: 60_000, stdio: ['ignore', 'pipe', 'inherit'] },
  ).stdout;
const NODE = '"$1" --import tsx --input-type=module -e "$2"';

it('reads a pipe that the caller has handed over, such as <(program)', () => {
  expect(reading(`${NODE} <(printf 'a secret')`, '{}')).toBe('a secret\n');
  expect(reading(`printf 'by pipe' | ${NODE} /dev/stdin`, '{}')).toBe('by pipe\n');
});

it('gives up a pipe that never ends at the deadline', () => {
  expect(reading(`${NODE} <(tail -f /dev/null & echo $! >${at('pid')}; wait)`, '{ deadline: 0.2 }')).toBe(
    'no answer within 0.2 s\n',
  );
  execFileSync('sh', ['-c', `kill $(cat ${at('pid')})`]);
});
