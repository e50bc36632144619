import { expect, test } from 'vitest';
import { printed } from './captured.ts';
import { hostileText, threeHosts } from './scenarios.ts';

test('one event a line', async () => {
  await expect(await printed('json', threeHosts())).toMatchFileSnapshot('../golden/json-three-hosts.jsonl');
});

test('hostile text stays on its line, steers no terminal and is not lost', async () => {
  const output = await printed('json', hostileText());
  expect(output).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/);
  const lines = output.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(hostileText());
});
