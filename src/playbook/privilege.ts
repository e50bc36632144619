import type { Host } from '../core/inventory.ts';
import type { JsonObject } from '../core/json.ts';
import type { StepForm } from './task-form.ts';

/** Reports steps that only root can do and that `become: false` leaves to a user who, by the inventory, is another. */
export function checkPrivilege(forms: readonly StepForm[], hosts: readonly Host[], extraVars: JsonObject): void {
  const others = hosts.flatMap((host) => otherThanRoot(host, extraVars) ?? []);
  const [first, ...more] = others;
  if (first === undefined) return;
  for (const { type, args, become, report } of forms) {
    if (become !== false || type?.onlyRoot !== true || args === undefined) continue;
    const where = `${first.host}${more.length === 0 ? '' : ` and ${more.length} more of the play's hosts`}`;
    const message = `only root can do this, and become: false leaves it to the user '${first.user}' on ${where}`;
    report.warning('not-root', args.keySpan, message, 'remove become: false, or log in as root');
  }
}

/** Who logs in, where it is certain: the inventory wins over the command line and ssh's configuration. */
function otherThanRoot({ name, vars }: Host, extraVars: JsonObject): { host: string; user: string } | undefined {
  const all = { ...vars, ...extraVars };
  const user = all.ansible_user ?? all.ansible_ssh_user;
  if (all.ansible_connection === 'local' || typeof user !== 'string' || user === 'root') return undefined;
  return { host: name, user };
}
