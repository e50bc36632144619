import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { probeScript } from '../../src/core/host-script.ts';
import { scriptText } from '../../src/transport/script-store.ts';

const sources = new URL('../../src/', import.meta.url);
const textOf = (path: string): string => readFileSync(new URL(path, sources), 'utf8');
const reading = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter(
  (path) => path.endsWith('.sh') && /^\. /m.test(textOf(path)),
);

it.each(reading)('%s is sent with the library that it reads, and keeps its line numbers', async (path) => {
  const sent = await scriptText(probeScript(path));
  expect(sent).not.toMatch(/^\. /m);
  expect(sent).toMatch(/^mounted\(\) \{ .* \};$/m);
  expect(
    sent
      .split('\n')
      .slice(1)
      .map((line) => (line.startsWith('mounted()') ? '' : line)),
  ).toEqual(
    textOf(path)
      .split('\n')
      .slice(1)
      .map((line) => (line.startsWith('. ') ? '' : line)),
  );
});
