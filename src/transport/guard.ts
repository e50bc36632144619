import { printable } from '../core/printable.ts';
import type { Guard } from '../core/session.ts';
import type { Ready } from './opening.ts';

/** What watch.sh said of a session as it began. */
export function guardOf({ level, why }: Ready): Guard {
  switch (level) {
    case 'namespace':
      return { enforced: level, why: undefined };
    case 'uid':
      return { enforced: level, why: 'the user is not root' };
    default:
      return { enforced: 'none', why: printable(why.trim()) || 'the host did not say' };
  }
}
