import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/event.ts';
import { level, sample, seed } from '../level.ts';
import { Controller } from '../sim/controller.ts';
import { personality } from '../sim/docker/personality.ts';
import { bootFleet, type Fate, type Fleet, type SimHost, simAvailable } from '../sim/fleet.ts';

const reason = simAvailable();
if (reason) console.log(`faults: skipped, ${reason}`);

/** Every line and every piece of data, and after each fault both a rollback and a resume; else some, and they take turns. */
const ALL = level === 'full';
/** Of each kind of fault at a piece of data. */
const PIECES = 1;
const AT_A_TIME = 3;
const PLAYBOOK = readFileSync(new URL('../../playbooks/mountflags-slave.yaml', import.meta.url), 'utf8');
const DIE = fileURLToPath(new URL('die.cjs', import.meta.url));
const JUMP = fileURLToPath(new URL('jump.cjs', import.meta.url));
const DAY = 86_400_000;
/** Bytes that `ulimit -f` counts in. */
const BLOCK = 512;
const DROPIN = '/etc/systemd/system/docker.service.d/10-unwedge.conf';
/** All that the playbook changes: the file, what systemd has loaded of it, how dockerd runs, what runs; and whether the host is armed. */
const LOOK = `
  cat ${DROPIN}; stat -c '%a %u:%g' ${DROPIN}; systemctl show docker -p MountFlags -p ActiveState
  [ "$(readlink /proc/1/ns/mnt)" = "$(readlink /proc/$(cat /run/docker.pid)/ns/mnt)" ] && echo shares
  docker ps --format '{{.Names}} {{.Status}}' | cut -d ' ' -f 1,2; ls /var/lib/unwedge/runs/*/armed-*`;

/** One run with a fault in it, up to where its controller has ended. */
interface Trial {
  readonly host: SimHost;
  readonly controller: Controller;
}
type Fault = (trial: Trial) => Promise<unknown>;
type Recovery = 'rollback' | 'resume';

describe.skipIf(reason)('whatever dies: the host is as before, or done', { timeout: 3_600_000 }, () => {
  let fleet: Fleet;
  let states: { readonly before: string; readonly done: string };
  /** Of a run in which nothing goes wrong. */
  let length: { readonly lines: number; readonly client: number; readonly host: number; readonly blocks: number };
  let types: readonly RunEvent['type'][];
  let hosts = 0;

  beforeAll(async () => {
    fleet = await bootFleet([]);
    const trial = await begin();
    const before = await look(trial.host);
    const seen = { client: 0, host: 0 };
    fleet.setFault(trial.host.name, (from) => {
      seen[from] += 1;
      return 'goes on';
    });
    const call = run(trial);
    expect(await call.ended).toBe(0);
    states = { before, done: await look(trial.host) };
    expect(states.done).not.toBe(before);
    const journal = join(trial.controller.stateDir, 'runs', call.run, 'journal.jsonl');
    length = { lines: call.events.length, ...seen, blocks: Math.ceil(statSync(journal).size / BLOCK) };
    types = call.events.map(({ type }) => type);
    trial.controller.remove();
  });
  afterAll(() => fleet?.close());

  async function begin(): Promise<Trial> {
    const name = `host-${hosts++}`;
    await fleet.add({ name, personality: personality('el7-17.12-overlay2') });
    const host = fleet.host(name);
    // It comes back after a restart of dockerd, whichever of both has done it.
    const { code, stderr } = await host.exec('docker run -d --restart always --name app busybox sleep 1000');
    if (code !== 0) throw new Error(stderr);
    const controller = new Controller(fleet.inventory);
    // Each its own: one playbook runs once at a time.
    controller.write('slave.yaml', PLAYBOOK);
    return { host, controller };
  }

  const look = async (host: SimHost): Promise<string> => (await host.exec(LOOK)).stdout;
  const run = ({ host, controller }: Trial) => controller.run('slave.yaml', '-l', host.name);

  /** What is wrong after the fault and the recovery; undefined: nothing. */
  async function wrong(what: string, fault: Fault, recovery: Recovery): Promise<string | undefined> {
    const trial = await begin();
    try {
      await fault(trial);
      fleet.setFault(trial.host.name, undefined);
      const said = await recover(trial, recovery);
      const state = await look(trial.host);
      const expected =
        said.code !== 0 ? [states.before, states.done] : [recovery === 'resume' ? states.done : states.before];
      if (expected.includes(state)) return undefined;
      return `${what}, ${recovery}: ${JSON.stringify(said)}\n${state}`;
    } finally {
      trial.controller.remove();
    }
  }

  async function recover({ controller }: Trial, recovery: Recovery) {
    const runs = join(controller.stateDir, 'runs');
    const [id] = existsSync(runs) ? readdirSync(runs) : [];
    if (id === undefined) throw new Error('the run has not even begun');
    return controller.tell(recovery, id, '--lock-wait', '2m', '--output', 'plain');
  }

  /** Some at a time: most of the time a host waits. */
  async function each(what: string, places: readonly number[], fault: (nth: number) => Fault): Promise<void> {
    const found: string[] = [];
    const left = places.values();
    const worker = async () => {
      for (const nth of left) {
        for (const recovery of ALL
          ? (['rollback', 'resume'] as const)
          : [(['rollback', 'resume'] as const)[nth % 2] ?? 'resume']) {
          const problem = await wrong(`${what} ${nth}`, fault(nth), recovery);
          if (problem !== undefined) found.push(problem);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, worker));
    expect(found.join('\n\n')).toBe('');
  }

  /** Places from 1 on: all, or some that the seed draws. */
  const placesOf = (count: number, name: string): readonly number[] =>
    sample(
      Array.from({ length: count }, (_, i) => i + 1),
      PIECES,
      name,
    );

  /**
   * Lines of the journal: all, or one of some types of event, these shared out between `before` and `after`, and always the
   * worst: the first and the last change, which may have been made on the host and not be in the journal.
   */
  function linesToDieAt(die: string): readonly number[] {
    if (ALL) return types.map((_, i) => i + 1);
    const linesOf = (type: string) => types.flatMap((each, i) => (each === type ? [i + 1] : []));
    const turns = [...new Set(types)].filter((_, i) => (i + seed) % 2 === (die === 'before' ? 0 : 1));
    const some = sample(turns, 3, `types ${die}`).flatMap((type) => sample(linesOf(type), 1, `${die} ${type}`));
    const worst = linesOf(die === 'before' ? 'change.applied' : 'change.applying');
    return [...new Set([...some, ...worst.slice(0, 1), ...worst.slice(-1)])];
  }

  // Each line once, in one process: test/engine/fault.test.ts.
  it.each(['before', 'after'])('the controller is killed %s a line of its journal', (die) =>
    each(`killed ${die} line`, linesToDieAt(die), (nth) => ({ host, controller }) => {
      const env = ['env', `NODE_OPTIONS=--require ${DIE}`, `DIE=${die}`, `DIE_AT=${nth}`];
      return controller.callBelow(env, 'run', 'slave.yaml', '-i', fleet.inventory, '-l', host.name, '--output', 'json')
        .ended;
    }),
  );

  const atPiece =
    (from: 'client' | 'host', fate: Fate) =>
    (nth: number): Fault =>
    async (trial) => {
      let seen = 0;
      fleet.setFault(trial.host.name, (side) => (side === from && ++seen === nth ? fate : 'goes on'));
      const call = run(trial);
      await call.ended;
    };

  it('the connection is cut before each piece of what is asked', () =>
    each('cut before request', placesOf(length.client, 'request'), atPiece('client', 'cut')));
  it('the connection is cut before each piece of what is answered', () =>
    each('cut before answer', placesOf(length.host, 'answer'), atPiece('host', 'cut')));
  it("the host's sshd is killed before each piece of what is answered", () =>
    each('sshd killed', placesOf(length.host, 'sshd'), atPiece('host', 'killed')));

  it("the controller's disk is full from each block of its journal on", () =>
    each('full after block', placesOf(length.blocks, 'block'), (nth) => ({ host, controller }) => {
      const full = ['dash', '-c', `ulimit -f ${nth}; exec "$0" "$@"`];
      return controller.callBelow(full, 'run', 'slave.yaml', '-i', fleet.inventory, '-l', host.name, '--output', 'json')
        .ended;
    }));

  it("the host's disk is full before each piece of what is asked", () =>
    each('full at request', placesOf(length.client, 'full'), (nth) => async (trial) => {
      const disk = '/var/lib/unwedge';
      await trial.host.tell(`mkdir -p ${disk} && mount -t tmpfs -o size=256k none ${disk}`);
      let seen = 0;
      fleet.setFault(trial.host.name, (side) => {
        if (side === 'client' && ++seen === nth) void trial.host.exec(`head -c 256k /dev/zero >${disk}/full`);
        return 'goes on';
      });
      await run(trial).ended;
      await trial.host.tell(`rm -f ${disk}/full`);
    }));

  it.each([DAY, -DAY])("the controller's clock jumps by %i ms in the middle", (by) =>
    each(`clock ${by}`, sample([1, 2, 3, 4], 1, `clock ${by}`), (nth) => ({ host, controller }) => {
      const env = [
        'env',
        `NODE_OPTIONS=--require ${JUMP}`,
        `JUMP=${by}`,
        `JUMP_AT=${Math.ceil((nth * length.lines) / 5)}`,
      ];
      return controller.callBelow(env, 'run', 'slave.yaml', '-i', fleet.inventory, '-l', host.name, '--output', 'json')
        .ended;
    }),
  );

  it.each(['+1 day', '-1 day'])("the host's clock jumps by %s in the middle", (by) =>
    each(`clock ${by}`, sample([1, 2, 3, 4], 1, `clock ${by}`), (nth) => async (trial) => {
      const jump = `printf '#!/bin/sh\\nexec /bin/date -d "${by}" "$@"\\n' >/usr/local/sbin/date; chmod 755 /usr/local/sbin/date`;
      let seen = 0;
      fleet.setFault(trial.host.name, () => {
        if (++seen === Math.ceil((nth * (length.client + length.host)) / 5)) void trial.host.exec(jump);
        return 'goes on';
      });
      // It may fail: whether a file is newer than a process, a clock that was set no longer tells.
      await run(trial).ended;
      expect((await trial.host.exec('date +%s')).stdout).not.toBe(`${Math.floor(Date.now() / 1000)}\n`);
    }),
  );
});
