import { createHash } from 'node:crypto';
import { inputError } from '../core/diagnostic.ts';
import type { PreparedRun } from './prepare.ts';

/** SHA-256 of playbooks and all that they include, in hexadecimal. */
export const pinOf = ({ playbooks }: PreparedRun): string =>
  createHash('sha256')
    .update(playbooks.map(({ sha256 }) => sha256).join('\n'))
    .digest('hex');

/** @throws InputError where a schedule was made of other playbooks than these */
export function checkPin(prepared: PreparedRun, pin: string | undefined): void {
  const now = pinOf(prepared);
  if (pin === undefined || pin === now) return;
  const files = prepared.playbooks.map(({ file }) => file).join(', ');
  throw inputError(
    `${files}: not what it was when this was scheduled (or a file that it includes); no host was touched`,
    `look at it, and schedule it anew: unwedge schedule add … --replace (now --playbook-sha256 ${now})`,
  );
}
