import { createHash } from 'node:crypto';
import { type Machine, machineIn } from '../core/machine.ts';

const KEY = /^[A-Za-z0-9+/]{40,1100}={0,2}$/;

/** `ID BOOT KEY`, as a host says it: `-` where it has none, KEY in base64. What has another form counts as not there. */
export function parseMachine(line: string): Machine {
  const [id, boot, key = ''] = line.trim().split(' ');
  return machineIn({ id, boot, hostKey: KEY.test(key) ? fingerprint(key) : undefined }) ?? {};
}

/** `SHA256:…`, as `ssh-keygen -l` prints it. */
const fingerprint = (key: string): string =>
  // 32 bytes are 43 signs and a `=` that ssh-keygen leaves out.
  `SHA256:${createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64').slice(0, 43)}`;
