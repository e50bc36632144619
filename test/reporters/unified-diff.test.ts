import { expect, test } from 'vitest';
import { createStyle } from '../../src/reporters/style.ts';
import { unifiedDiff } from '../../src/reporters/unified-diff.ts';

const numbered = (n: number) => Array.from({ length: n }, (_, i) => `line ${i + 1}\n`).join('');
const diff = (before: string, after: string, path = '/etc/docker/daemon.json', color = false) =>
  `${unifiedDiff({ path, before, after }, createStyle(color)).join('\n')}\n`;

const CASES: Record<string, string> = {
  'new-file': diff('', '[Service]\nMountFlags=slave\n'),
  'file-emptied': diff('[Service]\nMountFlags=slave\n', ''),
  'two-hunks': diff(
    numbered(30),
    numbered(30).replace('line 5\n', 'LINE 5\n').replace('line 20\n', 'line 20\nadded\n'),
  ),
  'no-newline-at-end': diff('{\n  "live-restore": true\n}', '{\n  "live-restore": false\n}\n'),
  'control-characters': diff('a\r\nb\tc\n', '\u001b[2Jb\n', '/etc/x\u001b[31m\ny'),
  color: diff('a\n', 'b\n', '/etc/x', true),
};

test.each(Object.entries(CASES))('%s', async (name, text) => {
  await expect(text).toMatchFileSnapshot(`../golden/diff-${name}.diff`);
});

test('the same text on both sides has no diff', () => expect(diff('a\n', 'a\n')).toBe('\n'));

test('a diff that is too long says so', () => {
  const lines = (word: string) => Array.from({ length: 3000 }, (_, i) => `${word} ${i}\n`).join('');
  expect(diff(lines('a'), lines('b'))).toContain('(more than 1000 lines differ)');
});
