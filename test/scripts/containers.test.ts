import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { calls, programs, runScript, temporaryPath } from './programs.ts';
import { type Runner, underEachShell, underEachShellAndAwk } from './shells.ts';

const ROOT = temporaryPath('docker \\ root');
const [DEAD, UP, GONE, REFUSED, BARE] = ['dead', 'up00', 'f0', 'bad0', 'ba4e'].map((start) =>
  Buffer.from(start).toString('hex').padEnd(64, '0'),
);
const CONFIG = `{"State":{"Dead":true,"Error":"a\\tb"},"Name":"/old","Config":{"Env":["A=b"]}}`;

const INFO = `printf '20.10.24\\t%s\\toverlay2\\ttrue\\n' '${ROOT}'`;
const INSPECTED = [
  `container\t${DEAD}\tdead\ttrue\t0\t/a.b_c-d\tregistry:5000/x/y:1@sha256:ab\t2026-11-22T08:19:24Z\t"driver \\"overlay2\\" failed: a\\tb\\n"\t[{"Source":"/a b"}]`,
  `container\t${UP}\trunning\tfalse\t4711\t/żółw\tim age\t0001-01-01T00:00:00Z\t""\t[]`,
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
/** `docker info` of 1.12: no -f, and details of the storage driver are set in. */
const OLD_INFO = `case $* in *-f*) echo "unknown shorthand flag: 'f' in -f" >&2; exit 125 ;; esac; cat <<'EOT'
Containers: 2
Server Version: 1.12.6
Storage Driver: devicemapper
 Pool Name: docker-253:0-1-pool
 Data loop file: /x
Docker Root Dir: ${ROOT}
WARNING: Usage of loopback devices is strongly discouraged
EOT
`;
/** `docker inspect` of 1.12: it ends at the first container that the daemon refuses. */
const OLD_INSPECT = `for id; do case $id in
  ${REFUSED}) echo "Error response from daemon: Unknown device $id" >&2; exit 1 ;;
  ${DEAD}) printf '%s\\n' '${INSPECTED[0]}' ;;
  ${UP}) echo '${INSPECTED[1]}' ;;
esac; done`;

function look(runner: Runner, docker: string) {
  const { code, stdout, stderr } = runScript(runner, 'docker/containers.sh', [], { path: [docker] });
  const lines = stdout.split('\n');
  const rows = (kind: string) =>
    lines.filter((line) => line.startsWith(`${kind}\t`)).map((line) => line.slice(kind.length + 1));
  return { code, stderr, rows };
}
const asked = (docker: string): (string | undefined)[] => calls(docker).map((call) => call.split(' ')[1]);

describe('docker/containers.sh', () => {
  const layers = (driver: string, id: string | undefined) => `${ROOT}/image/${driver}/layerdb/mounts/${id}`;
  mkdirSync(layers('overlay2', DEAD), { recursive: true });
  writeFileSync(`${layers('overlay2', DEAD)}/mount-id`, 'facade');
  mkdirSync(`${ROOT}/containers/${REFUSED}`, { recursive: true });
  writeFileSync(`${ROOT}/containers/${REFUSED}/config.v2.json`, CONFIG);

  underEachShellAndAwk((runner) => {
    it('tells of the daemon and its containers, odd names as they are', () => {
      const docker = dockerSays({});
      const { code, stderr, rows } = look(runner, docker);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(rows('daemon')).toEqual([`20.10.24\t${ROOT}\toverlay2\ttrue`]);
      expect(rows('container')).toEqual(INSPECTED.map((line) => line.slice('container\t'.length)));
      expect(rows('layer')).toEqual([`${DEAD}\tfacade`]);
      expect(calls(docker).find((call) => call.startsWith('docker inspect'))).toMatch(
        new RegExp(`^docker inspect --type container -f container\t.* ${DEAD} ${UP}$`),
      );
    });

    it('reads the plain text of docker info up to 1.12', () => {
      const { code, rows } = look(runner, dockerSays({ info: OLD_INFO }));
      expect({ code, daemon: rows('daemon') }).toEqual({
        code: 0,
        daemon: [`1.12.6\t${ROOT}\tdevicemapper\t`],
      });
    });
  });

  underEachShell((runner) => {
    it('tells by its file of a Dead container that docker up to 1.12 refuses, and of all others', () => {
      const docker = dockerSays({ ps: `printf '%s\\n' ${DEAD} ${REFUSED} ${UP}`, inspect: OLD_INSPECT });
      const { code, rows } = look(runner, docker);
      expect(code).toBe(0);
      expect(rows('container').map((row) => row.slice(0, 64))).toEqual([DEAD, UP]);
      expect(rows('config')).toEqual([`${REFUSED}\t${CONFIG}`]);
      expect(asked(docker)).toEqual(['info', 'ps', 'inspect', 'inspect']);
    });

    it('tells by docker ps of a refused one whose file is gone, if it is Dead there', () => {
      const inspect = `for id; do case $id in
  ${BARE}) echo "Error response from daemon: Unknown device $id" >&2; exit 1 ;;
  ${UP}) echo '${INSPECTED[1]}' ;;
esac; done`;
      const ps = `case $* in
  *status=dead*id=${BARE}*) printf '%s\\n' "$*" | sed 's/.*--format //; s/{{.ID}}/${BARE}/; s/{{.Names}}/victim/; s/{{.Image}}/app:1/' ;;
  *) printf '%s\\n' ${BARE} ${UP} ;;
esac`;
      const { code, rows } = look(runner, dockerSays({ inspect, ps }));
      expect(code).toBe(0);
      expect(rows('container')).toContain(`${BARE}\tdead\ttrue\t0\t/victim\tapp:1\t\t""\t[]`);
      expect(rows('container')).toHaveLength(2);
    });

    it('ends with 4 where docker refuses a container that has no file and is not Dead in its list', () => {
      const inspect = `echo 'Error response from daemon: Unknown device' >&2; exit 1`;
      const ps = `case $* in *status=dead*) ;; *) echo ${BARE} ;; esac`;
      expect(look(runner, dockerSays({ inspect, ps }))).toMatchObject({
        code: 4,
        stderr: 'Error response from daemon: Unknown device\n',
      });
    });

    const down = "echo 'Cannot connect to the Docker daemon' >&2; exit 1";
    it.each<[string, Parameters<typeof dockerSays>[0]]>([
      ['the daemon is down', { info: down }],
      ['the daemon goes down before the list', { ps: down }],
      ['the daemon goes down before the containers are told of', { inspect: down }],
      ['the daemon goes down in the middle of them', { inspect: `printf '%s\\n' '${INSPECTED[0]}'; ${down}` }],
      ['it goes down before one that has a file', { ps: `echo ${REFUSED}`, inspect: down }],
    ])('ends with 4 and the words of docker where %s', (_what, says) => {
      const { code, stderr } = look(runner, dockerSays(says));
      expect({ code, stderr }).toEqual({ code: 4, stderr: 'Cannot connect to the Docker daemon\n' });
    });

    it("ends with 4 and the words of docker 26.1's client, which fails only where no format is given", () => {
      const info = `case $* in *-f*) printf '\\t\\t\\tfalse\\n'; echo 'ERROR: Cannot connect' >&2 ;; *) ${down} ;; esac`;
      const { code, stderr } = look(runner, dockerSays({ info }));
      expect({ code, stderr }).toEqual({ code: 4, stderr: 'Cannot connect to the Docker daemon\n' });
    });

    it('ends with 5 where docker is podman', () => {
      const podman = programs({
        docker: `echo 'WARN[0000] Using cgroups-v1 which is deprecated' >&2
case $* in
  --version) echo 'podman version 5.4.2' ;;
  'version -f ok') echo ok ;;
  info) echo 'host:' ;;
  *) echo "can't evaluate field ServerVersion in type system.infoReport" >&2; exit 125 ;;
esac`,
      });
      const { code, stderr } = look(runner, podman);
      expect({ code, stderr }).toEqual({ code: 5, stderr: 'docker is podman here\n' });
    });

    it("says of a user's daemon that it is one", () => {
      const docker = dockerSays({ info: "printf '26.1.5\\t/no/such/home/docker\\toverlay2\\tfalse\\n'" });
      vi.stubEnv('DOCKER_HOST', 'unix:///run/user/1000/docker.sock');
      const { code, stderr } = look(runner, docker);
      vi.unstubAllEnvs();
      expect(code).toBe(4);
      expect(stderr).toBe(
        "docker's data root /no/such/home/docker is not here: the daemon at unix:///run/user/1000/docker.sock is a user's (rootless docker), not the machine's: unset DOCKER_HOST\n",
      );
    });

    it.each<[string, Parameters<typeof dockerSays>[0]]>([
      ['docker info', { info: 'exit 124' }],
      ['docker ps', { ps: 'exit 124' }],
      ['docker inspect', { inspect: 'exit 124' }],
    ])('ends with 124 where %s hangs: timeout says so', (_what, says) => {
      expect(look(runner, dockerSays(says)).code).toBe(124);
    });

    it('ends with 4 where docker info tells of no data root', () => {
      for (const info of ['echo', "printf '20.10.24\\t\\t\\t\\n'", 'echo ERROR: something']) {
        expect(look(runner, dockerSays({ info }))).toMatchObject({
          code: 4,
          stderr: expect.stringContaining('docker info gives no root directory'),
        });
      }
    });

    it("asks this host's daemon, wherever DOCKER_HOST leads, and none whose data root is not here", () => {
      const docker = dockerSays({ info: `printf '1.13.1\\t%s\\toverlay\\tfalse\\n' "/$DOCKER_HOST"` });
      const before = process.env.DOCKER_HOST;
      process.env.DOCKER_HOST = 'tcp://127.0.0.1:1';
      const { code, stderr } = look(runner, docker);
      if (before === undefined) delete process.env.DOCKER_HOST;
      else process.env.DOCKER_HOST = before;
      expect({ code, stderr }).toEqual({
        code: 4,
        stderr:
          "docker's data root /unix:///var/run/docker.sock is not here: the daemon at unix:///var/run/docker.sock is another host's\n",
      });
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
      expect(asked(docker)).toEqual(['info', 'ps']);
    });
  });
});
