import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** What tells this machine from all others: machine-id(5), else its host name. */
export function machineName(): string {
  try {
    return readFileSync('/etc/machine-id', 'utf8').trim() || hostname();
  } catch {
    return hostname(); // No systemd, no such file.
  }
}
