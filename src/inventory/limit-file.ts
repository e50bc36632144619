import { inputError } from '../core/diagnostic.ts';
import { readLocal } from '../local/read-file.ts';
import { splitPattern } from './host-pattern.ts';

/**
 * A limit (`-l`) with each `@file` of it replaced by the patterns in that file, one a line, `#` for comments.
 * @throws InputError for a file that can't be read or names nothing.
 */
export async function readLimit(limit: string): Promise<string> {
  if (!limit.includes('@')) return limit;
  const parts = limit.split(',').map((part) => part.trim());
  const patterns = await Promise.all(parts.map((part) => (part.startsWith('@') ? patternsOf(part.slice(1)) : [part])));
  return patterns.flat().join(',');
}

async function patternsOf(file: string): Promise<string[]> {
  const bytes = await readLocal(file).catch((error: Error) => {
    throw inputError(`--limit @${file}: ${error.message}`, 'name a file with one host or pattern a line');
  });
  const lines = bytes
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .split(/\r?\n/);
  const patterns = lines.flatMap((line) => splitPattern(line.replace(/(^|\s)#.*/, '')));
  if (patterns.length === 0) throw inputError(`--limit @${file}: the file names no host`, 'write one host a line');
  return patterns;
}
