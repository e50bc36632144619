import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readLimit } from '../../src/inventory/limit-file.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unwedge-'));
});
afterAll(() => rm(folder, { recursive: true }));

const limit = async (text: string, around = (file: string) => `@${file}`) => {
  await writeFile(join(folder, 'hosts.txt'), text);
  return readLimit(around(join(folder, 'hosts.txt')));
};

test.each([
  ['h1\nh2\n', 'h1,h2'],
  ['# failed last night\r\nh1 # twice\r\n\r\n  h2\r\n', 'h1,h2'],
  ['web:!db\n~w[12]\n2001:db8::1\n', 'web,!db,~w[12],2001:db8::1'],
])('%j', async (text, expected) => expect(await limit(text)).toBe(expected));

test('beside other patterns', async () => {
  expect(await limit('h1\nh2\n', (file) => `web, @${file},!db`)).toBe('web,h1,h2,!db');
});

test('without a file, the limit as it was', async () => expect(await readLimit('a:b[1:2]')).toBe('a:b[1:2]'));

test.each(['', '\n \n', '# nobody\n'])('a file without a host is never all: %j', async (text) => {
  await expect(limit(text)).rejects.toThrow('the file names no host');
});

test('a missing file', async () => expect(readLimit('@/nowhere')).rejects.toThrow('--limit @/nowhere: ENOENT'));
