import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { InputError } from '../../src/core/diagnostic.ts';
import { formatDiagnostic } from '../../src/core/diagnostic-text.ts';
import { loadInventory } from '../../src/inventory/load-inventory.ts';
import { runLocal } from '../../src/transport/run-local.ts';
import { hostileFiles } from '../fuzz/hostile.ts';

/** What is said of files below a folder (a path: a link to that), read from one of them: each finding as people read it. */
async function findings(files: Readonly<Record<string, Uint8Array | string>>): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'unwedge-'));
  try {
    for (const [path, bytes] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      if (typeof bytes === 'string' && bytes.startsWith('/')) symlinkSync(bytes, join(folder, path));
      else writeFileSync(join(folder, path), bytes);
    }
    await loadInventory([join(folder, Object.keys(files)[0] ?? '')], runLocal, { passwords: async () => [] });
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.diagnostics.map((finding) => formatDiagnostic(finding).replaceAll(`${folder}/`, ''));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function said(name: string, files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
  const texts = await findings(files);
  for (const text of texts) {
    expect(text.length).toBeLessThan(3_000);
    expect(text).not.toMatch(/[^\P{Cc}\n]|[\u200b\u202e\u2066\ufeff]|^ +at /mu);
  }
  const first = texts.slice(0, 1).map((text) => text.slice(0, 400));
  return [`== ${name}: ${texts.length} findings`, ...first, ''].join('\n');
}

const ONE = 'all: {hosts: {h: ~}}\n';

test.each<[string, (bytes: Uint8Array) => Record<string, Uint8Array | string>]>([
  ['yaml', (bytes) => ({ 'i.yaml': bytes })],
  ['ini', (bytes) => ({ 'i.ini': bytes })],
  ['without an ending', (bytes) => ({ hosts: bytes })],
  ['group_vars', (bytes) => ({ 'i.yaml': ONE, 'group_vars/all.yml': bytes })],
  ['host_vars', (bytes) => ({ 'i.yaml': ONE, 'host_vars/h/more.json': bytes })],
])('each hostile file taken for an inventory (%s) gets a clear message, and soon', async (kind, files) => {
  const told: string[] = [];
  for (const [name, bytes] of hostileFiles) told.push(await said(name, files(bytes)));
  await expect(told.join('\n')).toMatchFileSnapshot(`../golden/hostile-inventories/${kind.replaceAll(' ', '-')}.txt`);
});

test('what never ends is not read', async () => {
  expect(await findings({ 'i.ini': '/dev/zero' })).toEqual(['error: the inventory i.ini is no file']);
  expect(await findings({ 'i.yaml': ONE, 'group_vars/all': '/dev/zero' })).toEqual([
    "error: can't read group_vars/all: it is no regular file",
  ]);
});
