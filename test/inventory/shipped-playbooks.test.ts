import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { matchHosts } from '../../src/inventory/host-pattern.ts';
import { loadInventory } from '../../src/inventory/load-inventory.ts';
import { checkPlaybookFile } from '../../src/playbook/load-playbook.ts';
import { stepTypes } from '../../src/steps/index.ts';
import { runLocal } from '../../src/transport/run-local.ts';
import { packageRoot } from '../architecture/project.ts';
import { cases } from './ansible/cases.ts';
import { sourcesIn, usable, written } from './ansible/inventories.ts';

const folder = join(packageRoot, 'playbooks');
const playbooks = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
/** Those that Ansible reads, but for what docs/inventory.md says is refused. */
const read = usable(cases);

it('there are enough of both', () => {
  expect(playbooks.length).toBeGreaterThanOrEqual(7);
  expect(read.length).toBeGreaterThanOrEqual(30);
});

it.each(read.map((one) => [one.name, one] as const))(
  "every shipped playbook suits Ansible's inventory as it is: %s",
  async (_, of) => {
    const place = written(of);
    try {
      const inventory = await loadInventory(sourcesIn(place, of), runLocal);
      if (inventory.hosts.length === 0) return;
      const selectHosts = (pattern: string) => matchHosts(pattern, inventory);
      for (const name of playbooks) {
        const { findings } = await checkPlaybookFile(join(folder, name), { stepTypes, selectHosts });
        expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
      }
    } finally {
      rmSync(place, { recursive: true });
    }
  },
);
