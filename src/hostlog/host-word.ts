import { createHash } from 'node:crypto';

/**
 * The host's name as a word of a file's name. Two names of an inventory may be one host: each has a journal of its own there, so no
 * two names are one word.
 */
export function hostWord({ host }: { readonly host: string }): string {
  const word = host.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, LONGEST);
  return word === host ? word : `${word}.${createHash('sha256').update(host).digest('hex').slice(0, 16)}`;
}

/** A file's name has 255 bytes, and begins with a run's id. */
const LONGEST = 150;
