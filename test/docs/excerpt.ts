import type { Change } from '../../src/core/change.ts';
import type { RunEvent, RunMode } from '../../src/core/event.ts';
import type { Finding } from '../../src/core/finding.ts';
import { Script } from '../reporters/scenarios.ts';

const change = (summary: string): Change => ({ resource: summary, summary, before: null, after: null, risk: 'none' });
const holder = 'container agent (207da136ae21, pid 304)';
const mount = '/rootfs/srv/docker/containers/b7dfb873b6cd…/mounts/shm';
const STUCK: Finding = {
  code: 'UW001',
  severity: 'critical',
  subject: 'container victim (b7dfb873b6cd)',
  message: `victim (b7dfb873b6cd) is stuck: ${holder} holds …/mounts/shm through its bind /mnt/all:/rootfs`,
  remedy:
    'unwedge run free-dead-containers unmounts that copy and removes the container; where it cannot: restart the container that holds it: docker restart agent',
  evidence: [],
};
const CHANGES = new Map([
  ['Let go in the namespaces of the holders', change(`unmount ${mount} of victim in ${holder}`)],
  ['Remove what they held, too', change('remove Dead container victim (b7dfb873b6cd)')],
]);

/** The run that the README shows, as the runner tells it: host1 is healthy, on host2 an agent holds a Dead container's mount. */
export function readmeRun(mode: RunMode, steps: readonly string[]): readonly RunEvent[] {
  const hosts = ['host1', 'host2'];
  const script = new Script()
    .started(mode, hosts, undefined, 'free-dead-containers')
    .play(hosts, steps.length)
    .host('host1')
    .host('host2');
  for (const [i, step] of steps.entries())
    script.step('host1', step, i).stepEnds('host1', step, i === 0 ? 'ok' : 'skipped');
  script.hostEnds('host1', 'ok');
  let done = 0;
  for (const [i, step] of steps.entries()) {
    const planned = CHANGES.get(step);
    script.step('host2', step, i);
    if (i === 0) script.found('host2', step, [STUCK]);
    if (i === 1) script.planned('host2', step, [], [`victim (b7dfb873b6cd) is held by ${holder}`]);
    if (i === steps.length - 2) script.found('host2', step, []);
    if (planned) script.planned('host2', step, [planned]);
    if (planned && mode === 'run') script.applied('host2', step, done++, planned);
    script.stepEnds('host2', step, planned ? 'changed' : 'ok', planned ? 1 : 0);
  }
  return script.hostEndsAs({ host: 'host2', status: 'changed', changes: CHANGES.size, undoable: 0 }).ended();
}

/** Lines of an excerpt as a pattern: a line `…` stands for any lines, `…` in a line and whatever differs from run to run for any text. */
export function pattern(excerpt: string): RegExp {
  const lines = excerpt.split('\n').map((line) => {
    if (line === '…') return '(?:.*\\n)*';
    const text = line.replace(/\d{8}T\d{6}Z-\w{4}|\d{4}-\d\d-\d\dT[\d:.]+Z/g, '…');
    return `${text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&').replaceAll('…', '.*')}\\n`;
  });
  return new RegExp(`^${lines.join('')}$`);
}
