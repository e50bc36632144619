import type { Schedule } from '../../src/schedule/schedule.ts';

/** A name that each reader of it would like to make something else of. */
export const HOSTILE = `/srv/a %d %% $HOME \${PATH} "b" 'c' ; \\x41 # é\u2028/free.yaml`;

export const schedule = (more: Partial<Schedule> = {}): Schedule => ({
  ...{ name: 'nightly', mode: 'check', when: '*-*-* 03:15:00', times: ['*-*-* 03:15:00'], catchUp: false },
  ...{ program: ['/usr/bin/node', '/opt/unwedge/main.cjs'], words: ['run', '--check', HOSTILE], cwd: '/srv' },
  ...{
    playbooks: [HOSTILE],
    inventory: ['/srv/inventory.yaml', 'a,b,'],
    stateDir: '/var/lib/unwedge',
    local: false,
    writes: [],
  },
  ...more,
});
