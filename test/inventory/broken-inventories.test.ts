import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { InputError } from '../../src/core/diagnostic.ts';
import { formatDiagnostic } from '../../src/core/diagnostic-text.ts';
import { loadInventory } from '../../src/inventory/load-inventory.ts';
import { runLocal } from '../../src/transport/run-local.ts';

const folder = new URL('../golden/broken-inventories/', import.meta.url);

async function messages(source: string): Promise<string> {
  try {
    await loadInventory([source], runLocal, { passwords: async () => [] });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.diagnostics.map(formatDiagnostic).join('\n').replaceAll(folder.pathname, '');
  }
  return '';
}

test.each(readdirSync(folder).filter((file) => !file.endsWith('.txt')))(
  '%s gets the findings written beside it',
  async (file) => {
    const text = await messages(new URL(file, folder).pathname);
    expect(text).not.toBe('');
    expect(text).not.toContain('hunter2');
    await expect(`${text}\n`).toMatchFileSnapshot(new URL(`${basename(file)}.txt`, folder).pathname);
  },
);
