import { type } from 'node:os';
import { inputError } from '../core/diagnostic.ts';

/** Commands that go to hosts, or make others go there. */
const REACH_HOSTS: readonly string[] = ['run', 'audit', 'rollback', 'resume', 'add'];

/** @throws InputError on Windows. Elsewhere than on Linux nobody has tried what goes to hosts: a warning before it. */
export function checkSystem(command: string): void {
  const system = type();
  if (system === 'Linux') return;
  if (system === 'Windows_NT')
    throw inputError('unwedge does not run on Windows', 'run it on Linux, for example in WSL');
  if (REACH_HOSTS.includes(command))
    console.error(`warning: this machine runs ${system}; unwedge is tested on Linux only, here as on its hosts`);
}
