import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeWithMounts } from './mount-namespace.ts';
import { calls, onlyPrograms, pathOf, programs, runScript, type Surroundings, temporaryPath } from './programs.ts';
import { type Runner, underEachShell } from './shells.ts';

const BASICS = ['id', 'readlink', 'cat', 'tr', 'grep', 'sed', 'awk'];
const docker = programs({ docker: 'exit 70' });
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
function look(runner: Runner, around: Surroundings = {}): Result {
  const path = around.path ?? [docker, systemctl];
  const { code, stdout, stderr } = runScript(runner, 'docker/daemon.sh', [], { ...around, path });
  const lines = stdout.split('\n');
  const rows = (kind: string) =>
    lines.filter((line) => line.startsWith(`${kind}\t`)).map((line) => line.slice(kind.length + 1));
  return { code, stderr, rows };
}

describe('docker/daemon.sh', () => {
  underEachShell((runner) => {
    it('tells of the unit and the kernel, and asks docker nothing', () => {
      const { code, stderr, rows } = look(runner);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(rows('unit')).toEqual(['LoadState=loaded', 'MainPID=0', 'DropInPaths=/etc/a b.conf /etc/c.conf']);
      expect(rows('kernel')).toEqual([expect.stringMatching(/^\S+\t(absent|0|1)$/)]);
      expect(calls(docker)).toEqual([]);
    });

    it('means the unit whose daemon runs, else the one that is there: EL7 has docker-latest as well', () => {
      const unit = (id: string, state: string, pid: number) => `Id=${id}\nLoadState=${state}\nMainPID=${pid}\n`;
      const told = (...units: string[]) => {
        const says = programs({ systemctl: `cat <<'EOT'\n${units.join('\n')}EOT` });
        return look(runner, { path: [docker, says] }).rows('unit')[0];
      };
      const [stopped, absent] = [unit('docker.service', 'loaded', 0), unit('docker.service', 'not-found', 0)];
      expect(told(stopped, unit('docker-latest.service', 'loaded', 9))).toBe('Id=docker-latest.service');
      expect(told(absent, unit('docker-latest.service', 'loaded', 0))).toBe('Id=docker-latest.service');
      expect(told(stopped, unit('docker-latest.service', 'loaded', 0))).toBe('Id=docker.service');
      expect(told(absent, unit('docker-latest.service', 'not-found', 0))).toBe('Id=docker.service');
    });

    it('ends with 3 where there is no docker', () => {
      const around = { onlyPath: [systemctl, onlyPrograms(BASICS)] };
      expect(runScript(runner, 'docker/daemon.sh', [], around)).toEqual({
        code: 3,
        stdout: '',
        stderr: 'no docker program on this host\n',
      });
    });

    it('ends with 6 for anybody but root', () => {
      const nobody = programs({ id: 'case $* in -u) echo 1000 ;; -un) echo ann ;; esac' });
      const { code, stderr } = look(runner, { path: [nobody, docker, systemctl] });
      expect({ code, stderr }).toEqual({ code: 6, stderr: 'not root but ann\n' });
    });

    it('ends with 4 where any question would make the socket start a daemon that somebody has stopped', () => {
      const stopped = programs({
        systemctl: `case $* in is-active*docker.socket) exit 0 ;; *) echo ActiveState=inactive; echo MainPID=0 ;; esac`,
      });
      const { code, stderr } = look(runner, { path: [docker, stopped] });
      expect({ code, stderr }).toEqual({
        code: 4,
        stderr: 'docker.service is stopped, and any question would make docker.socket start it\n',
      });
    });

    it('tells where MountFlags is set, in the unit and in its drop-ins', () => {
      const fragment = temporaryPath('docker unit.service');
      const dropin = `${fragment}.d/10 more.conf`;
      mkdirSync(`${fragment}.d`);
      writeFileSync(fragment, '[Service]\nMountFlags=private\nExecStart=/usr/bin/dockerd --live-restore\n');
      writeFileSync(
        dropin,
        '[Service]\n# MountFlags=shared\nMountFlags=slave\nExecStart=/usr/bin/dockerd --live-restore\n',
      );
      const says = programs({ systemctl: `echo 'FragmentPath=${fragment}'` });
      const { rows } = look(runner, { path: [docker, says] });
      expect(rows('mount_flags')).toEqual([`${fragment}\tprivate`, `${dropin}\tslave`]);
      expect(rows('live_restore')).toEqual([fragment, dropin]);
    });

    it('reads drop-ins of all services and of units that begin alike, and files of variables; not what is turned off', () => {
      const directory = temporaryPath('system');
      const write = (path: string, text: string) => {
        mkdirSync(dirname(`${directory}/${path}`), { recursive: true });
        writeFileSync(`${directory}/${path}`, text);
        return `${directory}/${path}`;
      };
      write('docker-latest.service', '[Service]\nExecStart=/usr/bin/dockerd --live-restore=false $OPTIONS\n');
      const all = write('service.d/10-all.conf', '[Service]\nMountFlags = slave\n');
      const alike = write('docker-.service.d/20-alike.conf', '[Service]\nMountFlags=shared\n');
      const on = write('options', "OPTIONS='--live-restore=true'\n");
      write('off', 'OPTIONS=--live-restore-not\n');
      const says = programs({
        systemctl: `echo 'Id=docker-latest.service'; echo 'FragmentPath=${directory}/docker-latest.service'
          echo 'EnvironmentFiles=${on} (ignore_errors=yes)'; echo 'EnvironmentFiles=${directory}/off (ignore_errors=no)'`,
      });
      const { rows } = look(runner, { path: [docker, says] });
      expect(rows('mount_flags')).toEqual([`${alike}\tshared`, `${all}\tslave`]);
      expect(rows('live_restore')).toEqual([on]);
    });
  });
});

describeWithMounts('docker/daemon.sh among processes of its own', () => {
  const bin = temporaryPath('daemons');
  mkdirSync(bin);
  for (const name of ['docker', 'dockerd', 'dockerd-current'])
    copyFileSync(pathOf('dash') ?? '/bin/sh', `${bin}/${name}`);
  for (const name of ['containerd', 'docker-containerd-shim', 'docker-containerd', 'kubelet']) {
    symlinkSync(pathOf('sleep') ?? '/bin/sleep', `${bin}/${name}`);
  }
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
    return look(runner, { path, wrapper: [...wrapper, program, bin, ''] });
  };
  const dockerd = (name: string, child: string) =>
    `./${name} -c './${child} 1000; :' & docker=$!; appear ${child.slice(0, 15)}`;

  underEachShell((runner) => {
    it('tells whether containerd is a child of dockerd, a service of its own, or not there', () => {
      const signs = (daemons: string) =>
        among(runner, daemons)
          .rows('containerd')
          .map((row) => row.replace(/\t\d+$/, ''));
      expect(signs(dockerd('dockerd', 'containerd'))).toEqual(['own']);
      expect(signs(dockerd('dockerd-current', 'docker-containerd'))).toEqual(['own']);
      expect(signs(`${dockerd('dockerd', 'kubelet')}; ./containerd 1000 & appear containerd`)).toEqual(['process']);
      expect(signs(dockerd('dockerd', 'docker-containerd-shim'))).toEqual([]);
      expect(signs('')).toEqual([]);
    });

    it('takes no containerd for its own that another dockerd has started', () => {
      const main = programs({ systemctl: 'echo "MainPID=$(cat /run/main)"' });
      const other = './dockerd -c "./containerd 1000; :" & appear containerd';
      const own = "./dockerd -c 'sleep 1000; :' & echo $! >/run/main; appear sleep";
      for (const order of [`${other}\n${own}`, `${own}\n${other}`])
        expect(among(runner, order, [docker, main]).rows('containerd')).toEqual([
          expect.stringMatching(/^process\t\d+$/),
        ]);
    });

    it('tells of the socket that dockerd is given, and of a service that is down', () => {
      const given = "./dockerd -c 'sleep 1000; :' dockerd --containerd=/run/x.sock & appear sleep";
      expect(among(runner, given).rows('containerd')).toEqual(['flag\t--containerd=/run/x.sock']);
      const loaded = (state: string, exec: string) =>
        programs({
          systemctl: `cat <<'EOT'
MainPID=0
ExecStart={ path=/usr/sbin/dockerd ; argv[]=/usr/sbin/dockerd ${exec} ; ignore_errors=no ; start_time=[n/a] }
Id=docker.service

Id=containerd.service
LoadState=loaded
ActiveState=failed
UnitFileState=${state}
EOT`,
        });
      expect(among(runner, '', [docker, loaded('disabled', '-H fd://')]).rows('containerd')).toEqual(['service']);
      expect(among(runner, '', [docker, loaded('enabled', '--containerd=/run/y.sock')]).rows('containerd')).toEqual([
        'flag\t--containerd=/run/y.sock',
        'service',
        'default',
      ]);
    });

    it('finds the daemon that a shell of the unit has started, and its flags', () => {
      const main = programs({ systemctl: 'echo "MainPID=$(cat /run/main)"' });
      const shell =
        'sh -c \'./dockerd -c "sleep 1000; :" dockerd --debug & echo $! >/run/docker.pid; wait\' & echo $! >/run/main; appear sleep';
      const { rows } = among(runner, shell, [docker, main]);
      expect(rows('flag')).toEqual(['-c', '--debug']);
      expect(rows('pid')).toEqual([expect.stringMatching(/^\d+\t\d+$/)]);
    });

    it('takes dockerd from its unit, else from its pid file, else by its name, and tells its namespace', () => {
      const process = './dockerd -c "sleep 1000; :" & docker=$!; appear sleep';
      for (const [how, path] of [
        ['', [docker, systemctl]],
        ['echo $docker >/run/docker.pid', [docker, systemctl]],
        ['echo $docker >/run/main', [docker, programs({ systemctl: 'echo "MainPID=$(cat /run/main)"' })]],
      ] as const) {
        const { rows } = among(runner, `${process}\n${how}`, path);
        expect(rows('pid')).toEqual([expect.stringMatching(/^\d+\t\d+$/)]);
        const [self, init, daemon] = rows('namespace').map((row) => row.split('\t'));
        expect(new Map([self, init, daemon].map((row) => [row?.[0], row?.[1]]))).toEqual(
          new Map(['dockerd', 'self', 'init'].map((who) => [who, expect.stringMatching(/^\d+$/)])),
        );
      }
    });

    it('tells the flags of dockerd without the values that may be secrets', () => {
      const flags = "-H fd:// --live-restore=true '--log-opt=splunk-token=x y' --storage-opt=dm.fs=xfs";
      const { rows } = among(runner, `./dockerd -c 'sleep 1000; :' dockerd ${flags} & docker=$!; appear sleep`);
      expect(rows('flag')).toEqual(['-c', '-H', '--live-restore=true', '--log-opt', '--storage-opt=dm.fs=xfs']);
    });

    it('knows `docker daemon` of 1.11 from a client', () => {
      const docker = (words: string) => `./docker -c 'sleep 1000; :' ${words} & appear sleep`;
      expect(among(runner, docker('docker daemon')).rows('pid')).toEqual([expect.stringMatching(/^\d+\t\d+$/)]);
      expect(among(runner, docker('docker run')).rows('pid')).toEqual([]);
    });

    it('tells why it is a Kubernetes node', () => {
      expect(among(runner, './kubelet 1000 & appear kubelet').rows('kubernetes')).toEqual([
        expect.stringMatching(/^kubelet runs, pid \d+$/),
      ]);
      expect(among(runner, '').rows('kubernetes')).toEqual([]);
    });
  });
});
