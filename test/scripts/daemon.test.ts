import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeWithMounts } from './mount-namespace.ts';
import { calls, onlyPrograms, pathOf, programs, runScript, type Surroundings, temporaryPath } from './programs.ts';
import { type Runner, underEachShell } from './shells.ts';

const ROOT = temporaryPath('docker \\ root');
const [DEAD, UP, GONE] = ['dead', 'up00', 'f0'].map((start) => Buffer.from(start).toString('hex').padEnd(64, '0'));
const BASICS = ['id', 'readlink', 'cat', 'tr', 'grep'];

const INFO = `printf '20.10.24\\t%s\\toverlay2\\ttrue\\n' '${ROOT}'`;
const INSPECTED = [
  `container\t${DEAD}\tdead\ttrue\t0\t/a.b_c-d\tregistry:5000/x/y:1@sha256:ab\trprivate shared \t"driver \\"overlay2\\" failed: a\\tb\\n"`,
  `container\t${UP}\trunning\tfalse\t4711\t/żółw\tim age\t\t""`,
];
/** A double of docker: what each of its commands says. */
const dockerSays = (says: { info?: string; ps?: string; inspect?: string }): string =>
  programs({
    docker: `case $1 in
  info) ${says.info ?? INFO} ;;
  ps) ${says.ps ?? `printf '%s\\n' ${DEAD} ${UP}`} ;;
  inspect) ${says.inspect ?? `cat <<'EOT'\n${INSPECTED.join('\n')}\nEOT\n`}
  ;;
esac`,
  });
const systemctl = programs({
  systemctl: `for word; do case $word in
  LoadState) echo LoadState=loaded ;;
  MainPID) echo MainPID=0 ;;
  DropInPaths) echo 'DropInPaths=/etc/a b.conf /etc/c.conf' ;;
esac; done`,
});

interface Result {
  readonly code: number | null;
  readonly stderr: string;
  /** Kind → the other fields of each record of it. */
  readonly rows: (kind: string) => string[];
}
function look(runner: Runner, docker: string, around: Surroundings = {}): Result {
  const path = around.path ?? [docker, systemctl];
  const { code, stdout, stderr } = runScript(runner, 'docker/daemon.sh', [], { ...around, path });
  const lines = stdout.split('\n');
  const rows = (kind: string) =>
    lines.filter((line) => line.startsWith(`${kind}\t`)).map((line) => line.slice(kind.length + 1));
  return { code, stderr, rows };
}

describe('docker/daemon.sh', () => {
  const layers = `${ROOT}/image/overlay2/layerdb/mounts/${DEAD}`;
  mkdirSync(layers, { recursive: true });
  writeFileSync(`${layers}/mount-id`, 'facade');

  underEachShell((runner) => {
    it('tells of the daemon, its unit and its containers, odd names as they are', () => {
      const docker = dockerSays({});
      const { code, stderr, rows } = look(runner, docker);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(rows('daemon')).toEqual([`20.10.24\t${ROOT}\toverlay2\ttrue`]);
      expect(rows('unit')).toEqual(['LoadState=loaded', 'MainPID=0', 'DropInPaths=/etc/a b.conf /etc/c.conf']);
      expect(rows('container')).toEqual(INSPECTED.map((line) => line.slice('container\t'.length)));
      expect(rows('layer')).toEqual([`${DEAD}\tfacade`]);
      expect(calls(docker).find((call) => call.startsWith('docker inspect'))).toMatch(
        new RegExp(`^docker inspect --type container -f container\t.* ${DEAD} ${UP}$`),
      );
    });

    it('ends with 3 where there is no docker', () => {
      const around = { onlyPath: [systemctl, onlyPrograms(BASICS)] };
      expect(runScript(runner, 'docker/daemon.sh', [], around)).toEqual({
        code: 3,
        stdout: '',
        stderr: 'no docker program on this host\n',
      });
    });

    it('ends with 6 for anybody but root, before it asks docker', () => {
      const docker = dockerSays({});
      const nobody = programs({ id: 'case $* in -u) echo 1000 ;; -un) echo ann ;; esac' });
      const { code, stderr } = look(runner, docker, { path: [nobody, docker, systemctl] });
      expect({ code, stderr, asked: calls(docker) }).toEqual({ code: 6, stderr: 'not root but ann\n', asked: [] });
    });

    const down = "echo 'Cannot connect to the Docker daemon' >&2; exit 1";
    it.each<[string, Parameters<typeof dockerSays>[0]]>([
      ['the daemon is down', { info: down }],
      ['the daemon goes down before the list', { ps: down }],
      ['the daemon goes down before the containers are told of', { inspect: down }],
      ['the daemon goes down in the middle of them', { inspect: `echo '${INSPECTED[0]}'; ${down}` }],
    ])('ends with 4 and the words of docker where %s', (_what, says) => {
      const { code, stderr } = look(runner, dockerSays(says));
      expect({ code, stderr }).toEqual({ code: 4, stderr: 'Cannot connect to the Docker daemon\n' });
    });

    it.each<[string, Parameters<typeof dockerSays>[0]]>([
      ['docker info', { info: 'exit 124' }],
      ['docker ps', { ps: 'exit 124' }],
      ['docker inspect', { inspect: 'exit 124' }],
    ])('ends with 124 where %s hangs: timeout says so', (_what, says) => {
      expect(look(runner, dockerSays(says)).code).toBe(124);
    });

    it('asks docker nothing where its socket would start a daemon that somebody has stopped', () => {
      const stopped = programs({
        systemctl: `case $* in is-active*docker.socket) exit 0 ;; *) echo ActiveState=inactive; echo MainPID=0 ;; esac`,
      });
      const docker = dockerSays({});
      const { code, stderr } = look(runner, docker, { path: [docker, stopped] });
      expect({ code, stderr, asked: calls(docker) }).toEqual({
        code: 4,
        stderr: 'docker.service is stopped, and any question would make docker.socket start it\n',
        asked: [],
      });
    });

    it('ends with 4 where docker info tells of no data root', () => {
      for (const info of ['echo', "printf '20.10.24\\t\\t\\t\\n'", 'echo ERROR: something']) {
        const { code, stderr } = look(runner, dockerSays({ info }));
        expect({ code, stderr }).toEqual({
          code: 4,
          stderr: expect.stringContaining('docker info gives no root directory'),
        });
      }
    });

    it('bears a container that goes away meanwhile, and a client that warns', () => {
      const inspect = `echo '${INSPECTED[1]}'
        printf '%s\\n' 'WARNING: Error loading config file' 'Error: No such container: ${GONE}' >&2; exit 1`;
      const { code, rows } = look(runner, dockerSays({ inspect, ps: `printf '%s\\n' ${UP} ${GONE}` }));
      expect({ code, containers: rows('container').length }).toEqual({ code: 0, containers: 1 });
    });

    it('asks after no container where there is none', () => {
      const docker = dockerSays({ ps: 'exit 0' });
      const { code, rows } = look(runner, docker);
      expect({ code, containers: rows('container') }).toEqual({ code: 0, containers: [] });
      expect(calls(docker).map((call) => call.split(' ')[1])).toEqual(['info', 'ps']);
    });
  });
});

describeWithMounts('docker/daemon.sh among processes of its own', () => {
  const bin = temporaryPath('daemons');
  mkdirSync(bin);
  for (const name of ['dockerd', 'dockerd-current']) copyFileSync(pathOf('dash') ?? '/bin/sh', `${bin}/${name}`);
  for (const name of ['containerd', 'docker-containerd-shim', 'docker-containerd', 'kubelet']) {
    symlinkSync(pathOf('sleep') ?? '/bin/sleep', `${bin}/${name}`);
  }
  const docker = dockerSays({ ps: 'exit 0' });

  /** In a process namespace that holds these daemons and the script; /run is empty. */
  const among = (runner: Runner, daemons: string, path: readonly string[] = [docker, systemctl]) => {
    const program = `mount -t tmpfs run /run; PATH=$0:$PATH; cd "$0"
      appear() { n=0; until grep -qsx "$1" /proc/[0-9]*/comm; do n=$((n + 1)); [ $n -lt 5000 ] || exit 70; done; }
      ${daemons}
      shift; exec "$@"`;
    const wrapper = [
      'unshare',
      '-m',
      '--propagation',
      'private',
      '-p',
      '-f',
      '--mount-proc',
      '--kill-child',
      'sh',
      '-c',
    ];
    return look(runner, docker, { path, wrapper: [...wrapper, program, bin, ''] });
  };
  const dockerd = (name: string, child: string) =>
    `./${name} -c './${child} 1000; :' & docker=$!; appear ${child.slice(0, 15)}`;

  underEachShell((runner) => {
    it('tells whether containerd is a child of dockerd, a service of its own, or not there', () => {
      expect(among(runner, dockerd('dockerd', 'containerd')).rows('containerd')).toEqual(['own']);
      expect(among(runner, dockerd('dockerd-current', 'docker-containerd')).rows('containerd')).toEqual(['own']);
      expect(
        among(runner, `${dockerd('dockerd', 'kubelet')}; ./containerd 1000 & appear containerd`).rows('containerd'),
      ).toEqual(['separate']);
      expect(among(runner, dockerd('dockerd', 'docker-containerd-shim')).rows('containerd')).toEqual(['none']);
      expect(among(runner, '').rows('containerd')).toEqual(['none']);
    });

    it('takes dockerd from its unit, else from its pid file, else by its name, and tells its namespace', () => {
      const process = './dockerd -c "sleep 1000; :" & docker=$!; appear sleep';
      for (const [how, path] of [
        ['', [docker, systemctl]],
        ['echo $docker >/run/docker.pid', [docker, systemctl]],
        ['echo $docker >/run/main', [docker, programs({ systemctl: 'echo "MainPID=$(cat /run/main)"' })]],
      ] as const) {
        const { rows } = among(runner, `${process}\n${how}`, path);
        expect(rows('pid')).toEqual([expect.stringMatching(/^\d+$/)]);
        const [self, init, daemon] = rows('namespace').map((row) => row.split('\t'));
        expect(new Map([self, init, daemon].map((row) => [row?.[0], row?.[1]]))).toEqual(
          new Map(['dockerd', 'self', 'init'].map((who) => [who, expect.stringMatching(/^\d+$/)])),
        );
      }
    });

    it('tells why it is a Kubernetes node', () => {
      expect(among(runner, './kubelet 1000 & appear kubelet').rows('kubernetes')).toEqual([
        expect.stringMatching(/^kubelet runs, pid \d+$/),
      ]);
      expect(among(runner, '').rows('kubernetes')).toEqual([]);
    });
  });
});
