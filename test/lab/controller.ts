import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../architecture/project.ts';
import type { Lab } from './lab.ts';

/** Where a controller has its playbooks and its inventory. */
export const FLEET = '/root/fleet';

/**
 * Makes a host a controller, as one that is installed by hand: node, the package, a fleet's inventory with its key, and
 * `unwedge` in the PATH.
 * @returns the host's root directory on this machine
 */
export function makeController(lab: Lab, host: string): string {
  const root = join(lab.dir, 'hosts', host, 'root');
  const inside = (path: string): string => join(root, path);
  copyFileSync(process.execPath, inside('usr/local/bin/node'));
  for (const part of ['dist/cli', 'src', 'playbooks', 'docs/lint.md', 'package.json'])
    cpSync(packageRoot + part, inside(`opt/unwedge/${part}`), { recursive: true });
  chmodSync(inside('opt/unwedge/dist/cli/main.cjs'), 0o755);
  symlinkSync('/opt/unwedge/dist/cli/main.cjs', inside('usr/local/bin/unwedge'));
  mkdirSync(inside(FLEET), { mode: 0o700 });
  cpSync(`${packageRoot}playbooks`, inside(`${FLEET}/playbooks`), { recursive: true });
  for (const [from, to] of [
    [lab.key, 'id_ed25519'],
    [lab.knownHosts, 'known_hosts'],
  ] as const)
    copyFileSync(from, inside(`${FLEET}/${to}`));
  chmodSync(inside(`${FLEET}/id_ed25519`), 0o600);
  writeFileSync(inside(`${FLEET}/inventory.yaml`), readFileSync(lab.inventory, 'utf8').replaceAll(lab.dir, FLEET));
  return root;
}
