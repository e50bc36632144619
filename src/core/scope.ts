import type { Scope } from './expression.ts';
import type { Host } from './inventory.ts';
import type { Play } from './playbook.ts';

/**
 * What a play's expressions read on a host before any step has run; registers are laid on top by name as steps set
 * them. Lowest first: the inventory's variables, the play's own, then what the inventory says about the host.
 * Extra variables (-e) are in the play's already, and win there.
 */
export const hostScope = (host: Host, play: Pick<Play, 'vars'>): Scope => ({
  ...host.vars,
  ...play.vars,
  inventory_hostname: host.name,
  group_names: host.groups.filter((group) => group !== 'all'),
});
