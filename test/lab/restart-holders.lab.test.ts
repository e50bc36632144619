import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Facts, type Lab, labAvailable, labUp, mountsOf } from './lab.ts';
import { applied, byHost, outcome, planned, type Told, Unwedge } from './unwedge.ts';

const reason = labAvailable();
if (reason) console.log(`lab, restart-holders: skipped, ${reason}`);

const playbook = 'playbooks/restart-holders.yaml';
/** host1 has its own containerd; host2 a separate one, and docker's root elsewhere. */
const hosts: readonly string[] = ['host1', 'host2'];

describe.skipIf(reason)('playbooks/restart-holders.yaml on real hosts', () => {
  let lab: Lab;
  let unwedge: Unwedge;
  beforeAll(async () => {
    lab = await labUp(hosts.length, 'holders');
    unwedge = new Unwedge();
    await each((host) => lab.reset(host));
  });
  afterEach(() => each((host) => lab.reset(host)));
  afterAll(() => lab?.down());

  const each = <T>(work: (host: string) => Promise<T>): Promise<T[]> => Promise.all(hosts.map(work));
  const on = (host: string, command: string) => lab.exec(host, command).then(({ stdout }) => stdout.trim());
  const run = (...flags: string[]) => unwedge.run(playbook, '-i', lab.inventory, ...flags);
  const snapshots = () => each((host) => lab.snapshot(host));
  const notes = ({ events }: Told, host: string) =>
    events.flatMap((e) => (e.type === 'step.planned' && e.host === host ? e.notes : []));

  const container = { holder: 'agent', mainPid: "docker inspect -f '{{.State.Pid}}' agent" };
  const service = { holder: 'ntpd.service', mainPid: 'systemctl show -p MainPID ntpd.service' };

  test.each([
    ['holder-container', container],
    ['holder-distroless', container],
    ['holder-service', service],
  ])(
    '%s: the holder is restarted as predicted, the stuck container is gone, the neighbour untouched',
    async (scenario, { holder, mainPid }) => {
      const facts = await each((host) => lab.wedge(scenario, host));
      const before = { neighbours: await neighbours(facts), mains: await each((host) => on(host, mainPid)) };
      const snapshot = await snapshots();
      const predicted = await run('--check');
      expect(predicted.code).toBe(0);
      expect(await snapshots()).toEqual(snapshot);
      for (const host of hosts) expect(byHost(planned(predicted))[host]?.[0]?.summary).toContain(holder);

      const told = await run();
      expect(told.code).toBe(0);
      expect(byHost(applied(told))).toEqual(byHost(planned(predicted)));
      expect(applied(told).map(({ risk }) => risk)).toEqual(['container-restart', 'none', 'container-restart', 'none']);
      expect(planned(await run('--check'))).toEqual([]);

      expect(await neighbours(facts)).toEqual(before.neighbours);
      await each(async (host) => {
        expect(await stuckOn(host)).toBe('');
        expect(await mountsOf(lab, host, of(facts, host).STUCK ?? '')).toEqual([]);
        const main = await on(host, mainPid);
        expect(main).toMatch(/^(MainPID=)?[1-9]\d*$/);
        expect(main).not.toBe(before.mains[hosts.indexOf(host)]);
        await expectUsable(host, of(facts, host).NEIGHBOUR ?? '');
      });
    },
  );

  test('a bare process is left alone, and told', async () => {
    await each((host) => lab.wedge('holder-process', host));
    await expectLeft(
      await snapshots(),
      /: it is no service and no container: end or restart the program that holds it/,
    );
  });

  test('who is on the list of never is left alone, a service and a container', async () => {
    await Promise.all([lab.wedge('holder-service', 'host1'), lab.wedge('holder-container', 'host2')]);
    const names = '{"never": ["ntp*", "agent"]}';
    await expectLeft(await snapshots(), /: the playbook says never: (ntp\*|agent)$/, '-e', names);
  });

  test('several holders: only what comes free by it is restarted, and the rest is told', async () => {
    const facts = await each((host) => lab.wedge('several', host));
    const before = await neighbours(facts);
    const predicted = await run('--check', '-l', 'host1');
    const told = await run('-l', 'host1');
    expect([predicted.code, told.code]).toEqual([2, 2]);
    expect(applied(told)).toEqual(planned(predicted));
    expect(applied(told)).toHaveLength(4);
    expect(outcome(told, 'host1')?.reason?.message).toMatch(/UW007 first \([0-9a-f]{12}\) is stuck: process sleep/);
    const [first = ''] = (of(facts, 'host1').STUCK ?? '').split(' ');
    expect(await stuckOn('host1')).toBe(first);
    expect(await neighbours(facts)).toEqual(before);
    await expectUsable('host1', of(facts, 'host1').NEIGHBOUR ?? '');
  });

  test('what systemd restarts along with a service is told before, and a service that does not come up is told with its words', async () => {
    await lab.wedge('holder-service', 'host1');
    await on(
      'host1',
      `printf '[Unit]\\nPartOf=ntpd.service\\n[Service]\\nExecStart=/bin/sleep 1000000\\n' >/etc/systemd/system/peer.service
      mkdir /etc/systemd/system/ntpd.service.d
      printf '[Service]\\nExecStartPre=/bin/sh -c "echo no clock here; false"\\n' >/etc/systemd/system/ntpd.service.d/x.conf
      systemctl daemon-reload; systemctl start peer`,
    );
    const predicted = await run('--check', '-l', 'host1');
    expect(planned(predicted)[0]?.summary).toMatch(/; systemd restarts peer.service along with it$/);
    const told = await run('-l', 'host1');
    expect(told.code).toBe(2);
    expect(outcome(told, 'host1')?.reason?.message).toMatch(
      /unit ntpd.service was restarted and is not up again; its last words:[\s\S]*no clock here/,
    );
  });

  async function expectLeft(before: string[], why: RegExp, ...flags: string[]): Promise<void> {
    for (const told of [await run('--check', ...flags), await run(...flags)]) {
      // serial: 1, and the first that fails ends it.
      expect(told.code).toBe(8);
      expect([planned(told), applied(told)]).toEqual([[], []]);
      expect(notes(told, 'host1').filter((note) => why.test(note))).toHaveLength(1);
    }
    const second = await run('-l', 'host2', ...flags);
    expect(notes(second, 'host2').filter((note) => why.test(note))).toHaveLength(1);
    expect(applied(second)).toEqual([]);
    expect(await snapshots()).toEqual(before);
  }

  const of = (facts: readonly Facts[], host: string): Facts => facts[hosts.indexOf(host)] ?? {};
  const stuckOn = (host: string) => on(host, 'docker ps -aq --no-trunc --filter status=removing --filter status=dead');

  /** The neighbours' processes, and every mount of theirs in any namespace but the restarted holders' own. */
  const neighbours = (facts: readonly Facts[]) =>
    each(async (host) => {
      const id = of(facts, host).NEIGHBOUR ?? '';
      const main = await on(host, `docker inspect -f '{{.State.Pid}} {{.State.StartedAt}}' ${id}`);
      const pid = main.split(' ')[0];
      return { main, mounts: await on(host, `grep -h ${id} /proc/1/mountinfo; cat /proc/${pid}/mountinfo`) };
    });

  /** A running container that lost a mount looks alive until it is used (facts of the domain): so use it. */
  async function expectUsable(host: string, id: string): Promise<void> {
    const used = await lab.exec(
      host,
      `docker exec ${id} true && docker cp ${id}:/bin/sleep - >/dev/null && docker restart -t 0 ${id} && docker exec ${id} true`,
    );
    expect(used).toMatchObject({ code: 0 });
  }
});
