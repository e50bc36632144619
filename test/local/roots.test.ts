import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { rootsOf } from '../../src/local/roots.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'unwedge-roots-'));
  for (const folder of ['project', 'project/.git', 'projects']) mkdirSync(join(dir, folder));
  for (const file of ['project/pb.yaml', 'project/.git/config', 'projects/x', 'shadow'])
    writeFileSync(join(dir, file), '');
  symlinkSync('../shadow', join(dir, 'project/link.yaml'));
  symlinkSync('..', join(dir, 'project/up'));
});
afterEach(() => rmSync(dir, { recursive: true }));

it('files of the folders that are named, and of the one that it is called in, wherever links and .. lead', () => {
  const confine = rootsOf([join(dir, 'project/pb.yaml')]);
  const isRead = (path: string) => confine(path.startsWith('/') ? path : join(dir, 'project', path)) === undefined;
  expect(['pb.yaml', 'not-there.yaml', 'sub/not-there.yaml', `${process.cwd()}/package.json`].map(isRead)).toEqual(
    Array(4).fill(true),
  );
  const outside = [
    'link.yaml',
    '../shadow',
    'up/shadow',
    'up/not-there',
    '../projects/x',
    '.git/config',
    '/etc/passwd',
    '/',
  ];
  expect(outside.filter(isRead)).toEqual([]);
});

it('a link that is named itself leads out, too', () => {
  expect(rootsOf([join(dir, 'project/link.yaml')])(join(dir, 'project/link.yaml'))).toContain('it is outside of ');
});
