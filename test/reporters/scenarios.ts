import type { Change } from '../../src/core/change.ts';
import type {
  HostOutcome,
  HostStatus,
  NewEvent,
  Reason,
  RollbackOutcome,
  RunEvent,
  RunMode,
} from '../../src/core/event.ts';
import type { Finding } from '../../src/core/finding.ts';

/** Scripts event streams as the runner would send them; time passes only where the script says so. */
export class Script {
  readonly events: RunEvent[] = [];
  #now = Date.parse('2024-06-01T03:00:00.000Z');
  #outcomes = new Map<string, HostOutcome>();
  #interrupted = false;

  add(event: NewEvent): this {
    this.events.push({ at: new Date(this.#now).toISOString(), ...event });
    if (event.type === 'host.finished') this.#outcomes.set(event.outcome.host, event.outcome);
    if (event.type === 'run.interrupted') this.#interrupted = true;
    return this;
  }

  seconds(n: number): this {
    this.#now += n * 1000;
    return this;
  }

  get now(): number {
    return this.#now;
  }

  started(
    mode: RunMode,
    hosts: readonly string[],
    of?: string,
    playbook = 'playbooks/free-dead-containers.yaml',
  ): this {
    const playbooks = [playbook];
    const run = { run: RUN, version: 1, mode, playbooks, hosts: hosts.map((name) => ({ name })) } as const;
    return this.add({ type: 'run.started', ...run, ...(of === undefined ? {} : { of }) });
  }

  play(hosts: readonly string[], steps = 3, play = 'Free Dead containers'): this {
    return this.add({ type: 'play.started', play, hosts, steps });
  }

  batch(batch: number, batches: number, hosts: readonly string[]): this {
    return this.add({ type: 'batch.started', play: 'Free Dead containers', batch, batches, hosts });
  }

  host(host: string): this {
    return this.add({ type: 'host.started', host });
  }

  step(host: string, step: string, index: number): this {
    return this.add({ type: 'step.started', host, step, stepType: step, index, handler: false });
  }

  planned(host: string, step: string, changes: readonly Change[], notes: readonly string[] = []): this {
    return this.add({ type: 'step.planned', host, step, changes, notes });
  }

  applied(host: string, step: string, seq: number, change: Change): this {
    this.add({ type: 'change.applying', host, seq, step, stepType: step, change });
    return this.add({ type: 'change.applied', host, seq });
  }

  stepEnds(
    host: string,
    step: string,
    status: 'ok' | 'changed' | 'skipped' | 'failed',
    changes = 0,
    reason?: Reason,
  ): this {
    const end = { host, step, stepType: step, status, changes, durationMs: 120, ...(reason ? { reason } : {}) };
    return this.add({ type: 'step.finished', ...end });
  }

  hostEnds(host: string, status: HostStatus, changes = 0, reason?: Reason, rollback?: RollbackOutcome): this {
    return this.hostEndsAs({ host, status, changes, ...(reason ? { reason } : {}), ...(rollback ? { rollback } : {}) });
  }

  hostEndsAs(outcome: HostOutcome): this {
    return this.add({ type: 'host.finished', outcome });
  }

  found(host: string, step: string, findings: readonly Finding[]): this {
    return this.add({ type: 'step.planned', host, step, changes: [], notes: [], findings });
  }

  /** A host that goes through three steps and changes `changes`. */
  goesThrough(host: string, changes: readonly Change[] = []): this {
    this.host(host).step(host, 'scan', 0).stepEnds(host, 'scan', 'ok').step(host, 'umount', 1);
    if (changes.length > 0) this.planned(host, 'umount', changes);
    for (const [seq, change] of changes.entries()) this.applied(host, 'umount', seq, change);
    const status = changes.length > 0 ? 'changed' : 'ok';
    this.stepEnds(host, 'umount', status, changes.length).step(host, 'rm_dead', 2).stepEnds(host, 'rm_dead', 'ok');
    return this.hostEnds(host, status, changes.length);
  }

  ended(): RunEvent[] {
    const recap = { outcomes: [...this.#outcomes.values()], interrupted: this.#interrupted };
    return this.add({ type: 'run.finished', run: RUN, recap }).events;
  }
}

export const RUN = '20240601T030000Z-4f1c';
export const hosts = (n: number): string[] => Array.from({ length: n }, (_, i) => `web-${i + 1}`);

/** A container id that differs from host to host. */
const id = (n: number): string => (0xa11ce0000000 + n * 7919).toString(16);

export const unmount = (n: number): Change => ({
  resource: `mount ${id(n)}`,
  summary: `unmount /var/lib/docker/overlay2/${id(n)}/merged in dockerd's namespace`,
  before: 'mounted',
  after: 'unmounted',
  risk: 'none',
});
export const remove = (n: number, may = false): Change => ({
  resource: `container ${id(n)}`,
  summary: `remove Dead container ${id(n)}`,
  before: 'dead',
  after: null,
  risk: 'none',
  ...(may ? { may } : {}),
});
export const dropIn: Change = {
  resource: 'file /etc/systemd/system/docker.service.d/10-unwedge.conf',
  summary: 'write /etc/systemd/system/docker.service.d/10-unwedge.conf',
  before: null,
  after: '[Service]\nMountFlags=slave\n',
  risk: 'none',
  diff: {
    path: '/etc/systemd/system/docker.service.d/10-unwedge.conf',
    before: '',
    after: '[Service]\nMountFlags=slave\n',
  },
};
export const restart: Change = {
  resource: 'unit docker.service',
  summary: 'restart docker.service (4 running containers stop)',
  before: null,
  after: null,
  risk: 'daemon-restart',
};
export const busy: Reason = {
  message:
    'remove Dead container a11ce0003dd0: device or resource busy\nheld by pid 27837 (assist) in mnt:[4026532570]',
  todo: 'restart the holder: playbooks/restart-holders.yaml',
};
const noRoute: Reason = {
  message: 'ssh: connect to host 10.0.0.9 port 22: No route to host',
  todo: 'check the address and the network',
};

/** Three hosts: one is freed, one has nothing to do, one can't be reached. */
export function threeHosts(mode: RunMode = 'run'): RunEvent[] {
  const script = new Script().started(mode, hosts(3)).play(hosts(3)).batch(0, 1, hosts(3));
  script.host('web-1').step('web-1', 'scan', 0).seconds(1).host('web-2').host('web-3');
  script.planned('web-1', 'scan', [], ['container 648fcdd4547a is Dead for another cause: left alone']);
  script
    .stepEnds('web-1', 'scan', 'ok')
    .step('web-1', 'umount', 1)
    .planned('web-1', 'umount', [unmount(1)]);
  if (mode === 'run') script.applied('web-1', 'umount', 0, unmount(1));
  script.seconds(2).stepEnds('web-1', 'umount', 'changed', 1).step('web-2', 'scan', 0).stepEnds('web-2', 'scan', 'ok');
  script.step('web-1', 'rm_dead', 2).planned('web-1', 'rm_dead', [remove(1)]);
  if (mode === 'run') script.applied('web-1', 'rm_dead', 1, remove(1));
  script.seconds(4).stepEnds('web-1', 'rm_dead', 'changed', 1).hostEnds('web-1', 'changed', 2);
  script.add({ type: 'host.unreachable', host: 'web-3', reason: noRoute }).hostEnds('web-3', 'unreachable', 0, noRoute);
  script.step('web-2', 'umount', 1).stepEnds('web-2', 'umount', 'skipped');
  return script.step('web-2', 'rm_dead', 2).stepEnds('web-2', 'rm_dead', 'ok').hostEnds('web-2', 'ok').ended();
}

/** 300 hosts in two batches: every 25th is freed, two fail alike, one can't be reached, one fails in its own way. */
export function manyHosts(): RunEvent[] {
  const all = hosts(300);
  const script = new Script().started('run', all).play(all);
  for (const [i, host] of all.entries()) {
    if (i === 0) script.batch(0, 2, all.slice(0, 100));
    if (i === 100) script.batch(1, 2, all.slice(100));
    manyHostsHost(script, host, i);
    script.seconds(0.1);
  }
  return script.ended();
}

function manyHostsHost(script: Script, host: string, i: number): void {
  if (i === 41) {
    script
      .host(host)
      .add({ type: 'host.unreachable', host, reason: noRoute })
      .hostEnds(host, 'unreachable', 0, noRoute);
  } else if (i === 50 || i === 51 || i === 70) {
    const reason = i === 70 ? { message: 'docker ps did not answer within 60 s' } : busy;
    script.host(host).step(host, 'rm_dead', 2).stepEnds(host, 'rm_dead', 'failed', 0, reason);
    script.hostEnds(host, 'failed', 0, reason);
  } else script.goesThrough(host, i % 25 === 0 ? [unmount(i), unmount(i + 1000)] : []);
}

/** Check mode on 14 hosts: the same kind of change on 12, a perhaps on one, nothing on one; with file diffs. */
export function checkFleet(): RunEvent[] {
  const all = hosts(14);
  const script = new Script().started('check', all).play(all, 2);
  for (const [i, host] of all.entries()) {
    script.host(host).step(host, 'rm_dead', 0);
    const changes = i < 12 ? [unmount(i), remove(i), dropIn, restart] : i === 12 ? [remove(i, true)] : [];
    if (changes.length > 0) script.planned(host, 'rm_dead', changes, i < 12 ? [`pid ${900 + i} holds a copy`] : []);
    const status = changes.length > 0 ? 'changed' : 'ok';
    script.stepEnds(host, 'rm_dead', status, changes.length).hostEnds(host, status, changes.length);
  }
  return script.ended();
}

/** A restart fails after a drop-in was written; the host is put back, as far as it goes. The other host was not attempted. */
export function failureRolledBack(): RunEvent[] {
  const script = new Script().started('run', hosts(3)).play(hosts(3), 3, 'Put MountFlags=slave').batch(0, 3, ['web-1']);
  script.host('web-1').step('web-1', 'dropin', 0).planned('web-1', 'dropin', [dropIn]);
  script.applied('web-1', 'dropin', 0, dropIn).stepEnds('web-1', 'dropin', 'changed', 1);
  script
    .step('web-1', 'rm_dead', 1)
    .applied('web-1', 'rm_dead', 1, remove(1))
    .stepEnds('web-1', 'rm_dead', 'changed', 1);
  script.step('web-1', 'restart', 2).planned('web-1', 'restart', [restart]).seconds(12);
  script.add({ type: 'change.applying', host: 'web-1', seq: 2, step: 'restart', stepType: 'restart', change: restart });
  script.add({ type: 'change.in-doubt', host: 'web-1', seq: 2, reason: 'the connection was lost' });
  const reason = { message: 'docker.service did not come up', todo: 'journalctl -u docker.service' };
  script.stepEnds('web-1', 'restart', 'failed', 1, reason);
  const rollback: RollbackOutcome = {
    undone: [dropIn.summary],
    irreversible: [{ summary: remove(1).summary, reason: 'a removed container is gone' }],
    failed: [{ summary: restart.summary, reason: 'docker.service is still down' }],
  };
  script.add({ type: 'change.undoing', host: 'web-1', seq: 0 }).add({ type: 'change.undone', host: 'web-1', seq: 0 });
  script
    .add({ type: 'host.rollback', host: 'web-1', outcome: rollback })
    .hostEnds('web-1', 'failed', 3, reason, rollback);
  const stopped = { message: 'the rollout stopped: web-1 is failed in play "Put MountFlags=slave"' };
  return script.hostEnds('web-2', 'not-attempted', 0, stopped).hostEnds('web-3', 'not-attempted', 0, stopped).ended();
}

/** `unwedge rollback RUN` of two hosts, later; there is no play. */
export function rollback(): RunEvent[] {
  const outcome: RollbackOutcome = {
    undone: [restart.summary, dropIn.summary],
    irreversible: [{ summary: remove(1).summary, reason: 'a removed container is gone' }],
    failed: [],
  };
  const script = new Script()
    .started('rollback', ['web-1', 'web-2'], '20240531T220000Z-77aa')
    .host('web-1')
    .host('web-2');
  for (const host of ['web-1', 'web-2']) {
    script.add({ type: 'change.undoing', host, seq: 1 }).seconds(3).add({ type: 'change.undone', host, seq: 1 });
    const done = host === 'web-1' ? outcome : { ...outcome, irreversible: [] };
    script.add({ type: 'host.rollback', host, outcome: done }).hostEnds(host, 'changed', 2, undefined, done);
  }
  return script.ended();
}

/** Ctrl-C, twice: one host is through, one stopped in the middle, one was never touched. */
export function interrupted(): RunEvent[] {
  const script = new Script()
    .started('run', hosts(3))
    .play(hosts(3))
    .goesThrough('web-1', [unmount(1)]);
  script.host('web-2').step('web-2', 'umount', 1).applied('web-2', 'umount', 0, unmount(2)).seconds(1);
  script.add({ type: 'run.interrupted', signal: 'SIGINT', times: 1 });
  script.add({ type: 'run.interrupted', signal: 'SIGINT', times: 2 });
  script.stepEnds('web-2', 'umount', 'changed', 1);
  script.hostEnds('web-2', 'interrupted', 1, { message: 'stopped by SIGINT before "rm_dead"' });
  return script.hostEnds('web-3', 'not-attempted', 0, { message: 'stopped by SIGINT' }).ended();
}

/** What a hostile or broken host may say. */
export function hostileText(): RunEvent[] {
  const evil = 'x\u001b[2J\u001b]0;owned\u0007\r\nweb-9  umount  ok\u009b31m\u202egnp\u2028y';
  const script = new Script().started('run', ['web-1']).play(['web-1']).host('web-1').step('web-1', 'umount', 1);
  script.planned('web-1', 'umount', [{ ...unmount(1), summary: evil }], [evil]);
  script.found('web-1', evil, [{ ...held(1), subject: evil, message: evil, remedy: evil, evidence: [evil] }]);
  script.applied('web-1', 'umount', 0, { ...unmount(1), summary: evil });
  script.stepEnds('web-1', 'umount', 'failed', 1, { message: evil, todo: evil });
  return script.hostEnds('web-1', 'failed', 1, { message: evil, todo: evil }).ended();
}

/** A look at two hosts finds two containers held by an agent, and a cause that waits; the run frees one of them. */
export function findings(mode: RunMode = 'run'): RunEvent[] {
  const script = new Script().started(mode, hosts(2)).play(hosts(2));
  const all = [1, 2].map(held);
  script
    .host('web-1')
    .step('web-1', 'Look', 0)
    .found('web-1', 'Look', [...all, bind, slave]);
  script
    .stepEnds('web-1', 'Look', 'ok')
    .step('web-1', 'umount', 1)
    .planned('web-1', 'umount', [unmount(1)]);
  if (mode === 'run') script.applied('web-1', 'umount', 0, unmount(1));
  script.stepEnds('web-1', 'umount', 'changed', 1).step('web-1', 'Look again', 2);
  script.found('web-1', 'Look again', [held(2), bind, slave]).stepEnds('web-1', 'Look again', 'ok');
  script.hostEnds('web-1', 'changed', 1);
  script.host('web-2').step('web-2', 'Look', 0).found('web-2', 'Look', []).stepEnds('web-2', 'Look', 'ok');
  return script.hostEnds('web-2', 'ok').ended();
}

const held = (n: number): Finding => ({
  code: 'UW001',
  severity: 'critical',
  subject: `container job-${n} (${id(n)})`,
  message: `job-${n} (${id(n)}) is stuck: container assist (648fcdd4547a, pid 389) holds …/mounts/shm through its bind /:/rootfs`,
  remedy: 'unwedge run playbooks/free-dead-containers.yaml unmounts that copy and removes the container',
  evidence: [`mnt:[402653257${n}] has it at /rootfs/var/lib/docker/containers/${id(n)}/mounts/shm, private`],
});
const bind: Finding = {
  code: 'UW301',
  severity: 'warning',
  subject: 'container assist (648fcdd4547a)',
  message: 'container assist (648fcdd4547a) binds /:/rootfs without rslave',
  remedy: 'mount that bind with rslave and start the container anew',
  evidence: ['bind /:/rootfs, mode not given, propagation rprivate'],
};
const slave: Finding = {
  code: 'UW312',
  severity: 'info',
  subject: 'host',
  message: 'live-restore is on',
  remedy: 'leave MountFlags as it is on this host',
  evidence: [],
};

/** The same container stuck on each of 14 hosts. */
export function findingsOfFleet(): RunEvent[] {
  const all = hosts(14);
  const script = new Script().started('check', all).play(all, 1);
  for (const [i, host] of all.entries()) {
    const found = {
      ...held(i),
      subject: `container job (${id(i)})`,
      message: held(i).message.replace(/job-\d+/, 'job'),
    };
    script.host(host).step(host, 'Look', 0).found(host, 'Look', [found, slave]);
    script.stepEnds(host, 'Look', 'ok').hostEnds(host, 'ok');
  }
  return script.ended();
}
