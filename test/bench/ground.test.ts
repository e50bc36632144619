import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ground } from '../../bench/ground.ts';

let folder = '';
let printed: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unwedge-'));
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** The row of one kind: files, read alike, refused, wrong, slow. */
const row = (kind: string): number[] =>
  printed
    .filter((line) => line.startsWith(`${kind} `))
    .flatMap((line) => line.slice(kind.length).trim().split(/\s+/).map(Number));

describe('bench ground', () => {
  it('holds mountinfo against findmnt, a mount without a parent and odd paths too', async () => {
    writeFileSync(
      join(folder, 'mountinfo'),
      [
        '62 0 8:4 / / rw,relatime shared:1 - ext4 /dev/sda4 rw',
        '70 62 8:4 /part /srv/a\\040b rw shared:1 - ext4 /dev/sda4 rw',
        '71 62 0:31 / /mnt/none rw - tmpfs none rw',
        '',
      ].join('\n'),
    );
    expect(await ground([folder])).toBe(true);
    expect(row('mountinfo')).toEqual([1, 1, 0, 0, 0]);
  });

  it('does not take a findmnt that fails for its verdict on a file', async () => {
    writeFileSync(join(folder, 'mountinfo'), 'no mount\n');
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'findmnt'), '#!/bin/sh\necho "findmnt: unrecognized option" >&2\nexit 1\n', {
      mode: 0o755,
    });
    vi.stubEnv('PATH', `${bin}:${process.env.PATH}`);
    await expect(ground([folder])).rejects.toThrow('unrecognized option');
  });
});
