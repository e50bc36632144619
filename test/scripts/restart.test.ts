import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calls, onlyPrograms, programs, runScript, temporaryPath } from './programs.ts';
import { type Runner, underEachShell, underEachShellAndAwk } from './shells.ts';

const [WEB, DB] = ['web', 'db0'].map((name) => Buffer.from(name).toString('hex').padEnd(64, '0'));

/** Where there is systemd there are GNU's programs, whatever the shell brings along. */
const GNU = onlyPrograms(['date', 'stat', 'grep']);

/** A process, and when it was started. */
async function startDaemon() {
  const before = Date.now() / 1000;
  const child = spawn('sh', ['-c', 'echo ready; sleep 1000; :'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(createInterface({ input: child.stdout }), 'line');
  const { pid } = child;
  if (pid === undefined) throw new Error('sh could not be started');
  return { pid, before, after: Date.now() / 1000, end: () => process.kill(-pid, 'SIGKILL') };
}

describe('steps/restart/probe.sh', () => {
  let daemon: Awaited<ReturnType<typeof startDaemon>>;
  beforeAll(async () => {
    daemon = await startDaemon();
  });
  afterAll(() => daemon.end());

  const unitFile = temporaryPath('unit file.service');
  const [dropin, config] = [temporaryPath('my drop-in.conf'), temporaryPath('daemon.json')];
  for (const [path, time] of [
    [unitFile, 1e9 + 0.25],
    [dropin, 1.5e9],
    [config, 1.6e9 + 0.5],
  ] as const) {
    writeFileSync(path, '{"debug": true}\n');
    utimesSync(path, time, time);
  }
  const properties = (pid: number): string[] => [
    'LoadState=loaded',
    'ActiveState=active',
    `MainPID=${pid}`,
    `FragmentPath=${unitFile}`,
    `DropInPaths="${dropin}" /no/such/dropin.conf`,
  ];
  const systemctl = (pid: number) => programs({ systemctl: `cat <<'EOT'\n${properties(pid).join('\n')}\nEOT` });
  const docker = (ids: readonly string[] = [WEB, DB].map(String)) =>
    programs({
      docker: `case $1 in
  ps) [ -z '${ids}' ] || printf '%s\\n' ${ids.join(' ')} ;;
  inspect) for id; do case $id in *0000) printf 'running\\t%s\\talways\\t/name\\n' "$id" ;; esac; done ;;
  info) echo true ;;
esac`,
    });
  const look = (runner: Runner, args: readonly string[], path: readonly string[]) => {
    const { code, stdout, stderr } = runScript(runner, 'steps/restart/probe.sh', args, { path: [...path, GNU] });
    const lines = stdout.split('\n').filter((line) => line !== '');
    const rows = (kind: string) => lines.flatMap((l) => (l.startsWith(`${kind}\t`) ? [l.slice(kind.length + 1)] : []));
    return { code, stderr, rows, kinds: [...new Set(lines.map((line) => line.split('\t')[0]))] };
  };

  underEachShellAndAwk((runner) => {
    it('tells how the unit runs, since when, and when its files were written', () => {
      const { code, stderr, rows } = look(runner, ['x.service', config], [systemctl(daemon.pid), docker()]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(rows('unit')).toEqual(properties(daemon.pid));
      const [started] = rows('started').map(Number);
      expect(started).toBeGreaterThan(daemon.before - 0.1);
      // On a busy machine time passes between the looks at uptime and date.
      expect(started).toBeLessThan(daemon.after + 1);
      expect(rows('changed')).toEqual([
        `1000000000.25\t${unitFile}`,
        `1500000000.00\t${dropin}`,
        `1600000000.50\t${config}`,
      ]);
    });
  });

  underEachShell((runner) => {
    it('tells of a unit that does not run', () => {
      const { code, stderr, kinds } = look(runner, ['x.service'], [systemctl(0), docker()]);
      expect({ code, stderr, kinds }).toEqual({ code: 0, stderr: '', kinds: ['unit', 'changed'] });
    });

    it('tells nothing of a process that has ended meanwhile', () => {
      const { code, stderr, kinds } = look(runner, ['x.service'], [systemctl(4_194_305), docker()]);
      expect({ code, stderr, kinds }).toEqual({ code: 0, stderr: '', kinds: ['unit', 'changed'] });
    });

    it("tells of docker's running containers and its configuration, byte for byte", () => {
      const { code, rows } = look(runner, ['docker.service', config], [systemctl(daemon.pid), docker()]);
      expect(code).toBe(0);
      expect(rows('running')).toEqual([`${WEB}\talways\t/name`, `${DB}\talways\t/name`]);
      expect(rows('live_restore')).toEqual(['true']);
      expect(rows('config')[0]).toBe(`${config}\t${readFileSync(config).toString('base64')}`);
    });

    it('asks docker nothing where its socket would start a daemon that somebody has stopped', () => {
      const stopped = programs({ systemctl: 'case $1 in is-active) exit 0 ;; *) echo ActiveState=inactive ;; esac' });
      const client = docker();
      const { code, kinds } = look(runner, ['docker.service'], [stopped, client]);
      expect({ code, kinds, asked: calls(client) }).toEqual({ code: 0, kinds: expect.any(Array), asked: [] });
      expect(kinds).not.toContain('live_restore');
    });

    it('tells of no container where docker does not answer', () => {
      const down = programs({ docker: 'exit 1' });
      const { code, kinds } = look(runner, ['docker.service'], [systemctl(daemon.pid), down]);
      expect({ code, silent: !kinds.includes('live_restore') && !kinds.includes('running') }).toEqual({
        code: 0,
        silent: true,
      });
    });

    it('does not inspect where no container runs', () => {
      const client = docker([]);
      const { code, rows } = look(runner, ['docker.service'], [systemctl(daemon.pid), client]);
      expect({ code, running: rows('running') }).toEqual({ code: 0, running: [] });
      expect(calls(client).filter((call) => call.startsWith('docker inspect'))).toEqual([]);
    });

    it('ends with 1 where systemctl does not answer', () => {
      const { code } = look(runner, ['x.service'], [programs({ systemctl: 'exit 1' })]);
      expect(code).toBe(1);
    });
  });
});

describe('steps/restart/apply.sh', () => {
  /** Doubles with a clock of their own, which only sleep moves; the unit is active from a second on. */
  const machine = (says: { restart?: string; activeFrom?: number; version?: string; running?: string }) =>
    programs({
      cut: 'case "$*" in *uptime) cat "$here/now" 2>/dev/null || echo 0 ;; *) PATH=/usr/bin:/bin exec cut "$@" ;; esac',
      sleep: 'echo $(($(cat "$here/now" 2>/dev/null || echo 0) + $1)) >"$here/now"',
      systemctl: `case $1 in
  restart) ${says.restart ?? 'exit 0'} ;;
  is-active) [ "$("$here/cut" uptime)" -ge ${says.activeFrom ?? 0} ] ;;
esac`,
      docker: `case $1 in
  version) ${says.version ?? 'echo 20.10'} ;;
  inspect) ${says.running ?? 'echo true'} ;;
esac`,
      journalctl: "echo 'level=info msg=starting'; echo 'failed to start daemon: reason'",
    });
  const words = '; its last words:\nfailed to start daemon: reason\n';

  underEachShell((runner) => {
    const restart = (says: Parameters<typeof machine>[0], args: readonly string[]) => {
      const path = machine(says);
      const result = runScript(runner, 'steps/restart/apply.sh', args, { path: [path] });
      return { ...result, did: calls(path).filter((call) => /^systemctl (?!is-active)/.test(call)), all: calls(path) };
    };

    it('restarts once, and is done when the unit is active', () => {
      expect(restart({}, ['x.service', '5'])).toMatchObject({
        code: 0,
        stdout: '',
        stderr: '',
        did: ['systemctl reset-failed x.service', 'systemctl restart x.service'],
      });
    });

    it('waits until the unit is active, as long as it may', () => {
      expect(restart({ activeFrom: 4 }, ['x.service', '5']).code).toBe(0);
      expect(restart({ activeFrom: 7 }, ['x.service', '5'])).toMatchObject({
        code: 1,
        stderr: `x.service is not active${words}`,
      });
    });

    it('ends with 1 and the last words of the unit where the restart fails', () => {
      expect(restart({ restart: 'exit 1' }, ['docker.service', '5'])).toMatchObject({
        code: 1,
        stderr: `systemctl restart docker.service failed${words}`,
      });
    });

    it('waits until the Docker daemon answers', () => {
      const { code, stderr } = restart({ version: 'exit 1' }, ['docker.service', '3']);
      expect({ code, stderr }).toEqual({ code: 1, stderr: `the Docker daemon does not answer${words}` });
      const later = 'if [ "$("$here/cut" uptime)" -ge 2 ]; then exit 0; else exit 1; fi';
      expect(restart({ version: later }, ['docker.service', '3']).code).toBe(0);
    });

    it('waits until each of the containers runs again', () => {
      const containers = [WEB, DB].map(String);
      expect(restart({}, ['docker.service', '3', ...containers]).code).toBe(0);
      const running = `case $* in *${DB}) echo false ;; *) echo true ;; esac`;
      expect(restart({ running }, ['docker.service', '3', ...containers])).toMatchObject({
        code: 1,
        stderr: `container ${DB} does not run again${words}`,
      });
    });

    it('asks docker nothing about another unit', () => {
      expect(restart({}, ['x.service', '3']).all.filter((call) => call.startsWith('docker'))).toEqual([]);
    });
  });
});
