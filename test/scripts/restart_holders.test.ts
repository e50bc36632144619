import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { describeWithMounts, Holder } from './mount-namespace.ts';
import { calls, programs, runScript, temporaryPath } from './programs.ts';
import { type Runner, underEachShell, underEachShellAndAwk } from './shells.ts';

const [DEAD, AGENT] = ['dead', 'agent'].map((name) => Buffer.from(name).toString('hex').padEnd(64, '0')) as [
  string,
  string,
];

describe('steps/restart_holders/probe.sh', () => {
  /** Units by name: their properties, as systemctl prints them. */
  const systemctl = (units: Readonly<Record<string, readonly string[]>>) =>
    programs({
      systemctl: `for unit; do :; done
case $unit in
${Object.entries(units)
  .map(([name, lines]) => `  '${name}') cat <<'EOT'\n${lines.join('\n')}\nEOT\n  ;;`)
  .join('\n')}
  *) exit 1 ;;
esac`,
    });
  const docker = (says = '') =>
    programs({
      docker: `case "$1 $*" in
  'inspect '*'container	'*) ${says || `printf 'container\\t${AGENT}\\t7\\tfalse\\tfalse\\tnull\\t{"a":"b c"}\\n'`} ;;
  'inspect '*) printf '/web\\tcontainer:${AGENT}\\tprivate\\t\\n/db\\tnone\\tcontainer:x\\thost\\n/plain\\tbridge\\tprivate\\t\\n' ;;
  'ps '*) echo 1; echo 2 ;;
esac`,
    });
  const look = (runner: Runner, holders: readonly string[], path: readonly string[]) => {
    const { code, stdout, stderr } = runScript(runner, 'steps/restart_holders/probe.sh', holders, { path });
    return { code, stderr, lines: stdout.split('\n').filter((line) => line !== '') };
  };

  underEachShellAndAwk((runner) => {
    it('tells of a unit and, in turn, of what runs and would be restarted with it; each once', () => {
      const units = systemctl({
        'a.service': ['ActiveState=active', 'RequiredBy=b.service off.service', 'BoundBy=', 'MainPID=7'],
        'b.service': ['ActiveState=activating', 'ConsistsOf=c.service a.service'],
        'c.service': ['ActiveState=reloading', 'RequisiteOf=d\\x2de.service'],
        'd\\x2de.service': ['ActiveState=active'],
        'off.service': ['ActiveState=inactive', 'RequiredBy=never.service'],
      });
      const { code, stderr, lines } = look(runner, ['unit:a.service'], [units, docker()]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(lines.filter((line) => line.includes('ActiveState'))).toEqual([
        'unit\ta.service\tActiveState=active',
        'unit\tb.service\tActiveState=activating',
        'unit\toff.service\tActiveState=inactive',
        'unit\tc.service\tActiveState=reloading',
        'unit\td\\x2de.service\tActiveState=active',
      ]);
      expect(lines).toContain('unit\ta.service\tMainPID=7');
    });

    it('tells of containers, and of who lives in the namespaces of another', () => {
      expect(look(runner, [`container:${AGENT}`], [docker()])).toEqual({
        code: 0,
        stderr: '',
        lines: [
          `container\t${AGENT}\t7\tfalse\tfalse\tnull\t{"a":"b c"}`,
          `sharer\t/web\tcontainer:${AGENT}`,
          'sharer\t/db\tcontainer:x',
        ],
      });
    });
  });

  underEachShell((runner) => {
    it('asks docker nothing where no container is in question', () => {
      const client = docker();
      expect(look(runner, ['unit:a.service'], [systemctl({ 'a.service': [] }), client]).code).toBe(0);
      expect(calls(client)).toEqual([]);
    });

    it('fails where systemd or docker does not tell', () => {
      expect(look(runner, ['unit:gone.service'], [systemctl({})]).code).toBe(1);
      expect(look(runner, [`container:${AGENT}`], [docker('echo no such >&2; exit 1')])).toMatchObject({
        code: 1,
        stderr: 'no such\n',
      });
      const hung = programs({ timeout: 'exit 124' });
      expect(look(runner, [`container:${AGENT}`], [docker(), hung]).code).toBe(124);
    });
  });
});

const VICTIM = temporaryPath('docker \\ root/mounts');
const MOUNTS = 'mkdir -p "$1"\nmount -t tmpfs victim "$1"';

describeWithMounts('steps/restart_holders/apply.sh', () => {
  const opened: Holder[] = [];
  const open = async (setup = MOUNTS, of?: Holder): Promise<Holder> => {
    const holder = await Holder.open(setup, [VICTIM], of);
    opened.push(holder);
    return holder;
  };
  afterEach(() => Promise.all(opened.splice(0).map((holder) => holder.close())));

  /** Its cgroup names it: whatever the tests run in does. */
  const NAME = (readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n')[0] ?? '').split(':').at(-1) ?? '';
  const OLD = '4711';

  /** systemd and docker as the holder's restart would have them: `after` is what they say once it is restarted. */
  const world = (after: { pid?: string; active?: boolean; health?: string; restart?: string; dead?: string } = {}) => {
    const { pid = '4712', active = true, health = 'healthy', restart = '', dead = 'echo true dead 0' } = after;
    const done = '[ -e "$here/restarted" ]';
    const main = `if ${done}; then pid=${pid}; else pid=${OLD}; fi`;
    return programs({
      systemctl: `case $1 in
  show) ${main}; echo MainPID=$pid ;;
  is-active) ${done} && ${active} ;;
  restart) ${restart || ':'}; touch "$here/restarted" ;;
esac`,
      docker: `case "$*" in
  *'{{.State.Dead}}'*) ${dead} ;;
  *'{{.State.Pid}}'*) ${main}; echo $pid ;;
  *'{{if .State.Running}}'*) ${done} && echo ${health} ;;
  restart*) ${restart || ':'}; touch "$here/restarted" ;;
  logs*) echo its last words ;;
  ps*) echo ${DEAD} ;;
esac`,
      journalctl: 'echo its last words',
    });
  };
  interface Plan {
    readonly kind: 'unit' | 'container';
    readonly main: string;
    readonly wait: string;
    readonly dockerd: number;
    readonly name: string;
    readonly start: string;
    readonly inode: string;
    readonly line: string;
  }
  const run = (runner: Runner, holder: Holder, path: string, differs: Partial<Plan> = {}) => {
    const { start, inode } = holder;
    const line = holder.lineOf(VICTIM) ?? 'not mounted';
    const plan: Plan = {
      ...{ kind: 'unit', main: OLD, wait: '0', dockerd: process.pid, name: NAME, start, inode, line },
      ...differs,
    };
    const args = [
      ...[plan.kind, plan.name, plan.main, '7', plan.wait, String(plan.dockerd)],
      ...[DEAD, String(holder.pid), plan.start, plan.inode, plan.line],
    ];
    const result = runScript(runner, 'steps/restart_holders/apply.sh', args, { path: [path] });
    const restarts = calls(path).filter((call) => / restart/.test(call));
    return { ...result, restarts };
  };

  underEachShellAndAwk((runner) => {
    it('restarts a unit whose process still has the mount', async () => {
      expect(run(runner, await open(), world())).toEqual({
        code: 0,
        stdout: '',
        stderr: '',
        restarts: [`systemctl restart -- ${NAME}`],
      });
    });

    it('restarts nothing where the host or dockerd has a copy by now: it would be copied again', async () => {
      const holder = await open();
      const copy = await open('', holder);
      const { code, stderr, restarts } = run(runner, holder, world(), { dockerd: copy.pid });
      expect({ code, restarts }).toEqual({ code: 9, restarts: [] });
      expect(stderr).toMatch(new RegExp(`^process ${copy.pid} has a copy of the mount: `));
    });

    it('restarts nothing where the mount is no longer as planned', async () => {
      const holder = await open();
      const line = (holder.lineOf(VICTIM) ?? '').replace(/^\d+/, (id) => String(Number(id) + 100_000));
      const { code, stderr, restarts } = run(runner, holder, world(), { line });
      expect({ code, restarts }).toEqual({ code: 9, restarts: [] });
      expect(stderr).toContain('no longer has the mount');
    });
  });

  underEachShell((runner) => {
    it('restarts a container with the time that it wants for its stop', async () => {
      expect(run(runner, await open(), world(), { kind: 'container' })).toMatchObject({
        code: 0,
        restarts: [`docker restart -t 7 ${NAME}`],
      });
    });

    it.each<[string, Partial<Plan>, RegExp]>([
      ['its main process is another by now', { main: '4710' }, /^the main process of .* is not 4710 any more$/m],
      ['its process started at another time', { start: '1' }, /^process \d+ is gone$/m],
      ['its process is in another namespace', { inode: '1' }, /^process \d+ is now in another mount namespace$/m],
      [
        'its process belongs to another',
        { name: 'other.service' },
        /^process \d+ no longer belongs to other.service$/m,
      ],
    ])('restarts nothing where %s', async (_, differs, says) => {
      const { code, stderr, restarts } = run(runner, await open(), world(), differs);
      expect({ code, restarts, stderr }).toEqual({ code: 9, restarts: [], stderr: expect.stringMatching(says) });
    });

    it.each(['echo false running 7', 'echo true removing 0', 'echo'])(
      'restarts nothing where docker does not say Dead: %s',
      async (dead) => {
        const { code, stderr, restarts } = run(runner, await open(), world({ dead }));
        expect({ code, restarts }).toEqual({ code: 9, restarts: [] });
        expect(stderr).toBe(`container ${DEAD} is no longer Dead\n`);
      },
    );

    it('believes ps where inspect does not tell of a Dead container, as up to 1.12', async () => {
      expect(run(runner, await open(), world({ dead: 'exit 1' })).code).toBe(0);
    });

    it('tells that the daemon hangs, and restarts nothing', async () => {
      const { code, stderr, restarts } = run(runner, await open(), world({ dead: 'exit 124' }));
      expect({ code, restarts }).toEqual({ code: 1, restarts: [] });
      expect(stderr).toContain('the Docker daemon hangs');
    });

    it.each<[string, Parameters<typeof world>[0], Plan['kind']]>([
      ['a unit that is not active', { active: false }, 'unit'],
      ['a unit with its old process', { pid: OLD }, 'unit'],
      ['a unit that systemd could not restart', { restart: 'exit 1' }, 'unit'],
      ['a container that does not run', { health: '' }, 'container'],
      ['a container that is not healthy', { health: 'unhealthy' }, 'container'],
      ['a container that docker could not restart', { restart: 'exit 1' }, 'container'],
    ])('fails with its last words: %s', async (_, after, kind) => {
      const { code, stderr, restarts } = run(runner, await open(), world(after), { kind });
      expect({ code, restarts: restarts.length }).toEqual({ code: 1, restarts: 1 });
      expect(stderr).toBe(`${kind} ${NAME} was restarted and is not up again; its last words:\nits last words\n`);
    });
  });
});
