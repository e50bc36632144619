import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { calls, programs, runScript, temporaryPath } from './programs.ts';
import { type Runner, underEachShell, underEachShellAndAwk } from './shells.ts';

const [WEB, DEAD, HALF] = ['web', 'dead', 'half'].map((name) => Buffer.from(name).toString('hex').padEnd(64, '0')) as [
  string,
  string,
  string,
];
const BOOT = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

describe('steps/reboot/probe.sh', () => {
  const root = temporaryPath('root');
  for (const id of [DEAD, HALF]) mkdirSync(`${root}/containers/${id}/mounts`, { recursive: true });
  writeFileSync(`${root}/containers/${DEAD}/config.v2.json`, '{}');
  const docker = (ids = WEB) =>
    programs({
      docker: `case $1 in ps) echo '${ids}' ;; inspect) for id; do case $id in *0000) printf 'running\\t%s\\talways\\t/web\\n' "$id" ;; esac; done ;; esac`,
      loginctl: 'exit 1',
      'systemd-inhibit': 'exit 1',
      who: "echo 'root pts/0 2026-11-22 08:00 (10.0.0.1)'; echo 'ops tty1 2026-11-22 08:00'",
    });
  const systemctl = (says: string) =>
    programs({
      systemctl: `case $1$2 in show-p) ;; is-enableddocker.service) echo ${says} ;; *) echo disabled; exit 1 ;; esac`,
    });
  const look = (runner: Runner, path: readonly string[]) => {
    const { code, stdout, stderr } = runScript(runner, 'steps/reboot/probe.sh', ['docker.service', root, DEAD, HALF], {
      path,
    });
    return { code, stderr, lines: stdout.split('\n').filter((line) => line !== '') };
  };

  underEachShellAndAwk((runner) => {
    it('tells the boot, what runs, who is at work, what docker will forget and whether it starts at boot', () => {
      expect(look(runner, [docker(), systemctl('enabled')])).toEqual({
        code: 0,
        stderr: '',
        lines: [
          `boot\t${BOOT}`,
          'enabled\tdocker.service',
          `forgotten\t${HALF}`,
          'login\troot\tpts/0',
          'login\tops\ttty1',
          `running\t${WEB}\talways\t/web`,
        ],
      });
    });
  });

  underEachShellAndAwk((runner) => {
    const own = /session-([^/.]*)\.scope/.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1];
    const says = (of: Readonly<Record<string, string>>) =>
      look(runner, [programs(of), docker(), systemctl('enabled')]).lines;

    it.each([
      ['252 to 262', 'printf "%s\\n" "    3 0 root seat0 812 user tty1 no -" "   c1 1000 ops - 900 user pts/3 no -"'],
      ['219', 'printf "%s\\n" "         3          0 root             seat0" "        c1       1000 ops"'],
    ])("logind's sessions of people are logins, as systemd %s lists them", (_, list) => {
      const rows = [
        ...['TTY=tty1', 'Service=login', 'Class=user', 'Name=root', 'State=active', ''],
        ...['Name=ops', 'TTY=', 'Service=sshd', 'Class=user', 'State=active', ''],
        ...['Name=gdm', 'TTY=', 'Service=gdm', 'Class=greeter', 'State=online', ''],
        ...['Name=left', 'TTY=pts/9', 'Service=sshd', 'Class=user', 'State=closing'],
      ];
      const loginctl = `case $1 in list-sessions) ${list} ;; *) printf '%s\\n' ${rows.map((row) => `'${row}'`).join(' ')} ;; esac`;
      expect(says({ loginctl }).filter((line) => line.startsWith('login'))).toEqual([
        'login\troot\ttty1',
        'login\tops\tsshd',
      ]);
    });

    it.skipIf(own === undefined)('our own session is no login', () => {
      const loginctl = `case $1 in list-sessions) echo '${own} 0 root - 1 user - no -' ;; *) echo Name=root ;; esac`;
      expect(says({ loginctl }).filter((line) => line.startsWith('login'))).toEqual([]);
    });

    it("without logind it is who's: the terminal, not the service that Debian 13 names first", () => {
      const who = "echo 'ops      sshd pts/1 2026-11-30 10:00 (10.0.0.1)'; echo 'root tty1 2026-11-30 10:00'";
      expect(says({ who }).filter((line) => line.startsWith('login'))).toEqual([
        'login\tops\tpts/1',
        'login\troot\ttty1',
      ]);
    });

    it.each([
      ['257.1-2', ['blocked\tapt tool 0 root 411 apt shutdown:sleep It installs block']],
      ['262', ['blocked\tapt tool 0 root 411 apt shutdown:sleep It installs block']],
      ['256.7', []],
      ['systemd 219', []],
    ])('what blocks shutdown binds root since systemd 257: %s', (version, blocked) => {
      const inhibitors = `printf '%s\\n' 'apt tool  0 root 411 apt  shutdown:sleep It installs  block' 'NetworkManager 0 root 500 NetworkManager sleep x delay' 'gdm 0 root 1 gdm shutdown x delay'`;
      const lines = says({
        'systemd-inhibit': inhibitors,
        systemctl: `case $1$2 in show-p) echo 'Version=${version}' ;; *) echo enabled ;; esac`,
      });
      expect(lines.filter((line) => line.startsWith('blocked'))).toEqual(blocked);
    });
  });

  underEachShell((runner) => {
    it.each(['disabled', 'enabled-runtime', 'masked', "''"])('a docker that is %s does not start at boot', (says) => {
      expect(look(runner, [docker(), systemctl(says)]).lines.filter((line) => line.startsWith('enabled'))).toEqual([]);
    });

    it('tells that nothing runs', () => {
      const { code, lines } = look(runner, [docker(''), systemctl('enabled')]);
      expect({ code, running: lines.filter((line) => line.startsWith('running')) }).toEqual({ code: 0, running: [] });
    });

    it('fails where systemd does not run', () => {
      expect(look(runner, [docker(), programs({ systemctl: 'exit 1' })])).toMatchObject({
        code: 1,
        stderr: 'this host does not run systemd\n',
      });
    });

    it('fails where docker does not tell, or hangs', () => {
      expect(look(runner, [programs({ docker: 'exit 1' }), systemctl('enabled')]).code).toBe(1);
      const hung = programs({ timeout: 'exit 124' });
      expect(look(runner, [hung, docker(), systemctl('enabled')]).code).toBe(124);
    });
  });
});

describe('steps/reboot/probe-up.sh', () => {
  const world = (docker: string, systemd = 'running') =>
    programs({ docker: `case $1 in ${docker} esac`, systemctl: `echo ${systemd}` });
  const UP = 'version) ;; inspect) echo true ;;';
  const look = (runner: Runner, path: string, old = 'another-boot') => {
    const { code, stderr } = runScript(runner, 'steps/reboot/probe-up.sh', [old, WEB], { path: [path] });
    return { code, stderr };
  };

  underEachShell((runner) => {
    it.each(['running', 'degraded'])('a host is back: %s', (systemd) => {
      expect(look(runner, world(UP, systemd))).toEqual({ code: 0, stderr: '' });
    });

    it.each<[string, string, string?, string?]>([
      ['it has not gone down: its boot is still the old one', UP, 'running', BOOT],
      ['it is still starting its services', UP, 'starting'],
      ['it is still starting its services', UP, 'initializing'],
      ['the Docker daemon does not answer', 'version) exit 1 ;;'],
      [`container ${WEB} does not run again`, 'version) ;; inspect) echo false ;;'],
      [`container ${WEB} does not run again`, 'version) ;; inspect) exit 1 ;;'],
    ])('not yet: %s', (says, docker, systemd, old) => {
      expect(look(runner, world(docker, systemd), old)).toEqual({ code: 1, stderr: `${says}\n` });
    });
  });
});

describe('steps/reboot/apply.sh', () => {
  const world = (docker: string, systemctl = '') => programs({ docker, systemctl });
  const reboot = (runner: Runner, path: string, args: readonly string[]) => {
    const { code, stderr } = runScript(runner, 'steps/reboot/apply.sh', args, { path: [path] });
    return { code, stderr, did: calls(path).filter((call) => call.startsWith('systemctl')) };
  };
  const stuck = `case "$*" in *status=removing*) echo ${DEAD} ;; esac`;

  underEachShell((runner) => {
    it('reboots while a container is stuck', () => {
      expect(reboot(runner, world(stuck), [BOOT, HALF, DEAD])).toEqual({
        code: 0,
        stderr: '',
        did: ['systemctl reboot'],
      });
    });

    it('reboots in any case where no container is named, and asks docker nothing', () => {
      const path = world('exit 1');
      expect(reboot(runner, path, [BOOT])).toEqual({ code: 0, stderr: '', did: ['systemctl reboot'] });
      expect(calls(path)).toEqual(['systemctl reboot']);
    });

    it('does nothing where no container is stuck any more', () => {
      expect(reboot(runner, world(stuck), [BOOT, HALF])).toEqual({
        code: 9,
        stderr: 'no container is stuck any more\n',
        did: [],
      });
    });

    it('does nothing in another boot', () => {
      expect(reboot(runner, world(stuck), ['another-boot', DEAD])).toEqual({
        code: 9,
        stderr: 'the host was rebooted meanwhile\n',
        did: [],
      });
    });

    it('does nothing where the daemon hangs', () => {
      expect(reboot(runner, world('exit 124'), [BOOT, DEAD])).toMatchObject({ code: 1, did: [] });
    });

    it('fails where systemd refuses', () => {
      const refusing = world(stuck, 'echo Operation inhibited >&2; exit 4');
      expect(reboot(runner, refusing, [BOOT, DEAD])).toMatchObject({ code: 1, stderr: 'Operation inhibited\n' });
    });
  });
});
