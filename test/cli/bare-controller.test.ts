import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../architecture/project.ts';
import { simAvailable } from '../sim/available.ts';

const BUSYBOX = '/usr/bin/busybox';
const missing =
  simAvailable() ?? (existsSync(BUSYBOX) ? undefined : `no ${BUSYBOX} (Debian: apt-get install busybox-static)`);
if (missing !== undefined) console.log(`bare-controller.test.ts: skipped: ${missing}`);

/** Doubles of what such a machine may have. sudo asks as the real one does; the others note what they were told. */
const PROGRAMS: Readonly<Record<string, string>> = {
  sudo: `while [ "$1" != -- ]; do [ "$1" != -p ] || ask=$2; shift; done; shift
printf '%s' "$ask" >&2; read -r answer
[ "$answer" = correct-horse ] || { echo 'sudo: 1 incorrect password attempt' >&2; exit 1; }
echo "$*" >/work/sudo; exec "$@"`,
  crontab: `case $1 in -l) cat /work/crontab 2>/dev/null || { echo 'no crontab for root' >&2; exit 1; } ;; *) cp "$1" /work/crontab ;; esac`,
  systemctl: `case $1 in --version) echo 'systemd 252 (252.1)' ;; show) ;; *) echo "$*" >>/work/systemctl ;; esac`,
  'systemd-analyze': `case $1 in calendar) echo '    Next elapse: Wed 2030-01-02 03:15:00 UTC' ;; esac`,
};

const FILES: Readonly<Record<string, string>> = {
  'inv.sh': `#!/bin/sh
echo '{"all": {"hosts": ["here"], "vars": {"ansible_connection": "local"}}}'`,
  'broken.sh': `#!/bin/sh
echo 'no cloud today' >&2; exit 5`,
  'bash.sh': `#!/bin/bash
echo '{}'`,
  'become.yaml': `all:
  hosts: { here: }
  vars:
    ansible_connection: local
    ansible_become: true
    ansible_become_password: { from: command, argv: [/work/password, "it's one"] }`,
  password: `#!/bin/sh
[ "$1" = "it's one" ] && echo correct-horse`,
  'touch.yaml': `- hosts: all
  steps:
    - command: { check: test -e /work/touched, run: echo done >/work/touched }`,
  'fail.yaml': `- hosts: all
  steps:
    - assert: { that: "1 == 2" }`,
  'plugin.yaml': `- hosts: all
  plugins: [/package/docs/examples/marker/step.js]
  steps:
    - marker: { path: /work/marker, note: by a plugin }`,
};

/** A machine with busybox, node and the package: no bash, no ps, nothing of this machine's PATH. */
describe.skipIf(missing !== undefined)('on a controller without bash and ps', () => {
  const root = mkdtempSync(join(tmpdir(), 'unwedge-bare-'));
  const at = (path: string): string => join(root, path);
  const made = (name: string): string => readFileSync(at(`work/${name}`), 'utf8');

  beforeAll(() => {
    for (const folder of ['bin', 'dev', 'proc', 'run/systemd/system', 'tmp', 'work', 'package', 'etc/systemd/system'])
      mkdirSync(at(folder), { recursive: true });
    copyFileSync(BUSYBOX, at('bin/busybox'));
    const names = execFileSync(BUSYBOX, ['--list'], { encoding: 'utf8' }).trim().split('\n');
    for (const name of names.filter(
      (one) => !['ps', 'bash', 'busybox', 'sh', 'flock', ...Object.keys(PROGRAMS)].includes(one),
    ))
      symlinkSync('busybox', at(`bin/${name}`));
    for (const [name, text] of Object.entries(PROGRAMS))
      writeFileSync(at(`bin/${name}`), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    // busybox's own shell would take its applets for the doubles; Debian's busybox has no flock.
    const real = { sh: '/bin/dash', flock: '/usr/bin/flock' };
    for (const [name, file] of Object.entries(real)) copyFileSync(file, at(`bin/${name}`));
    for (const program of [process.execPath, ...Object.values(real)])
      for (const library of execFileSync('ldd', [program], { encoding: 'utf8' }).match(/\/\S+(?= \(0x)/g) ?? []) {
        mkdirSync(at(dirname(library)), { recursive: true });
        copyFileSync(library, at(library));
      }
    writeFileSync(at('bin/node'), '');
    for (const [name, text] of Object.entries(FILES))
      writeFileSync(at(`work/${name}`), `${text}\n`, { mode: name.includes('.yaml') ? 0o644 : 0o755 });
  });
  afterAll(() => rmSync(root, { recursive: true }));

  const enter = `mount --bind '${process.execPath}' "$1/bin/node"
mount --rbind '${packageRoot}' "$1/package"
for one in proc dev; do mount --rbind /$one "$1/$one"; done
PATH=$PATH:/usr/sbin exec chroot "$1" /bin/env -i PATH=/bin HOME=/work NO_COLOR=1 UNWEDGE_HOST_DIR=/work/host UNWEDGE_LOCK=/work/lock XDG_STATE_HOME=/work/state /bin/sh -c "cd /work; $2"`;
  const sh = (line: string) => {
    const argv = ['--user', '--map-root-user', '--mount', '--', 'sh', '-euc', enter, 'sh', root, line];
    const { status, stdout, stderr } = spawnSync('unshare', argv, { encoding: 'utf8' });
    return { code: status, stdout, stderr };
  };
  const unwedge = (words: string) => sh(`node /package/dist/cli/main.cjs ${words}`);

  it('there is none', () => {
    expect(sh('bash -c :; ps; ls /bin/bash')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/bash: not found[\s\S]*ps: not found[\s\S]*\/bin\/bash: No such file/),
    });
  });

  it('an inventory program is run', () => {
    const { code, stdout, stderr } = unwedge('inventory -i ./inv.sh --list');
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ _meta: { hostvars: { here: { ansible_connection: 'local' } } } });
  });

  it.each([
    ['./broken.sh', 'exit code 5: no cloud today'],
    ['./bash.sh', 'its interpreter /bin/bash is not on this machine'],
  ])('what is wrong with the inventory program %s is said', (file, why) => {
    expect(unwedge(`inventory -i ${file} --list`)).toMatchObject({ code: 1, stderr: expect.stringContaining(why) });
  });

  it('a password comes from a program, and the host is changed with it', () => {
    const { code, stdout, stderr } = unwedge('run touch.yaml -i become.yaml');
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
    expect(made('touched')).toBe('done\n');
    expect(made('sudo')).toMatch(/^sh -c /);
  });

  it('somebody is notified of what failed', () => {
    expect(unwedge("run fail.yaml -i ./inv.sh --notify 'cat >/work/notice'").code).toBe(2);
    expect(JSON.parse(made('notice'))).toMatchObject({ exitCode: 2 });
  });

  it('a play has step types of its own', () => {
    const { code, stdout, stderr } = unwedge('run plugin.yaml -i ./inv.sh');
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
    expect(made('marker')).toContain('by a plugin');
  });

  it('a schedule is made by cron, and run', () => {
    rmSync(at('work/touched'), { force: true });
    const words = "--cron '15 3 * * *' --playbook touch.yaml -i ./inv.sh --apply";
    expect(unwedge(`schedule add nightly ${words}`)).toMatchObject({ code: 0, stderr: '' });
    expect(made('crontab')).toContain('# unwedge schedule begins: nightly');
    expect(unwedge('schedule run-now nightly').code).toBe(0);
    expect(made('touched')).toBe('done\n');
  });

  it('a schedule is made by systemd', () => {
    const words = "--on-calendar '*-*-* 03:15:00' --playbook touch.yaml -i ./inv.sh";
    expect(unwedge(`schedule add timed ${words}`)).toMatchObject({ code: 0, stderr: '' });
    expect(readdirSync(at('etc/systemd/system'))).toContain('unwedge-schedule-timed.timer');
    expect(made('systemctl')).toContain('enable unwedge-schedule-timed.timer');
  });

  it('a systemd whose programs are missing is said', () => {
    const words = "--on-calendar '*-*-* 03:15:00' --playbook touch.yaml -i ./inv.sh";
    rmSync(at('bin/systemctl'));
    expect(unwedge(`schedule add other ${words}`)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/systemctl can't be run: .*systemctl: not found[\s\S]*use cron/),
    });
  });
});
