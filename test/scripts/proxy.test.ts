import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packageRoot } from '../architecture/project.ts';
import { underEachShell } from './shells.ts';

const source = (name: string) => `${packageRoot}src/sandbox/${name}`;
const id = 'a'.repeat(64);

const ALLOWED: readonly (readonly string[])[] = [
  ['docker', 'ps', '-aq', '--no-trunc', '--filter', 'status=dead'],
  ['docker', 'inspect', '--type', 'container', '-f', '{{.Id}}\t{{json .Mounts}}', id, id],
  ['docker', 'info', '-f', '{{.Driver}}'],
  ['docker', 'version', '-f', 'ok'],
  ['systemctl', 'show', 'docker.service', '-p', 'Id'],
  ['systemctl', 'is-active', '-q', 'docker.socket'],
  ['journalctl', '-q', '--no-pager', '-o', 'short-iso', '--since', '-24h', '-u', 'docker.service'],
  ['dmesg'],
  ['zfs', 'list', '-Hp', '-r', '-d', '1', '-t', 'filesystem', '-o', 'creation,name', 'tank/docker'],
  ['ls', '-ln', '/proc/1/ns/mnt', '/proc/12/task/13/ns/mnt', '/proc/1/fd/', '/proc/1/cwd'],
  ['readlink', '/proc/1/exe'],
];
const REFUSED: readonly (readonly string[])[] = [
  ['docker'],
  ['docker', 'rm', id],
  ['docker', 'container', 'rm', id],
  ['docker', '-H', 'tcp://127.0.0.1:2375', 'ps'],
  ['docker', 'ps', '-H', 'tcp://127.0.0.1:2375'],
  ['docker', 'ps', '--config=/tmp'],
  ['systemctl', 'stop', 'docker'],
  ['systemctl', 'show', '-H', 'elsewhere'],
  ['journalctl', '--rotate'],
  ['journalctl', '-q', '--vacuum-size=1'],
  ['dmesg', '-c'],
  ['dmesg', '', '-C'],
  ['zfs', 'destroy', 'tank/docker'],
  ['ls', '-ln', '/etc'],
  ['ls', '-ln', '/proc/1/root/etc/ns/mnt'],
  ['ls', '-ln', '/proc/1/ns/mnt', '/proc/1/root/'],
  ['ls', '-lnR', '/proc/1/fd'],
  ['readlink', '/proc/1/root/etc/localtime'],
  ['sh', '-c', 'true'],
  ['/usr/bin/docker', 'rm', id],
];

underEachShell((runner) => {
  const dir = mkdtempSync(join(tmpdir(), 'unwedge-proxy-'));
  const [shell = '', ...flags] = runner.shell;
  const program = (folder: string, name: string, text: string) => {
    mkdirSync(join(dir, folder), { recursive: true });
    writeFileSync(join(dir, folder, name), text);
    chmodSync(join(dir, folder, name), 0o755);
  };
  let proxy: ReturnType<typeof spawn>;

  beforeAll(() => {
    const fifos = ['asks', 'answers'].map((name) => join(dir, name));
    execFileSync('mkfifo', fifos);
    program('bin', 'ask', execFileSync('cat', [source('proxy-client.sh')], { encoding: 'utf8' }));
    for (const name of ['docker', 'ls', 'systemctl']) symlinkSync('ask', join(dir, 'bin', name));
    program(
      'outside',
      'docker',
      `#!/bin/sh\ncase $1 in info) seq 1 200000 ;; ps) printf 'a\\tb  c\\n\\nd\\n'; echo "no: $DOCKER_HOST" >&2; exit 3 ;; version) : ;; inspect) echo 'żółć “x”' ;; esac\n`,
    );
    const text = `. "$1"; exec 8<>"$2/answers"; serve <>"$2/asks"`;
    const env = { ...process.env, PATH: `${join(dir, 'outside')}:${process.env.PATH}`, LC_ALL: 'C.UTF-8' };
    proxy = spawn(shell, [...flags, '-c', text, 'sh', source('proxy.sh'), dir], { env, stdio: 'ignore' });
  });
  afterAll(() => {
    proxy.kill('SIGKILL');
    rmSync(dir, { recursive: true });
  });

  const allows = (words: readonly string[]): boolean => {
    const text = '. "$1"; shift; if allows "$@"; then echo yes; fi';
    return execFileSync(shell, [...flags, '-c', text, 'sh', source('proxy.sh'), ...words], { encoding: 'utf8' }) !== '';
  };
  const ask = (text: string) =>
    new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
      const env = { ...process.env, PATH: `${join(dir, 'bin')}:${process.env.PATH}` };
      const child = spawn('sh', ['-c', text], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      const said = { stdout: '', stderr: '' };
      child.stdout.setEncoding('utf8').on('data', (part: string) => {
        said.stdout += part;
      });
      child.stderr.setEncoding('utf8').on('data', (part: string) => {
        said.stderr += part;
      });
      child.once('close', (code) => resolve({ code, ...said }));
    });

  it.each(ALLOWED.map((words) => [words.join(' '), words] as const))('allows %s', (_title, words) => {
    expect(allows(words)).toBe(true);
  });

  it.each(REFUSED.map((words) => [words.join(' '), words] as const))('refuses %s', (_title, words) => {
    expect(allows(words)).toBe(false);
  });

  it('hands over output, stderr and exit code as they are, whatever their size, also where there is nothing', async () => {
    expect(await ask("docker ps --format '{{.ID}} x'")).toEqual({
      ...{ code: 3, stdout: 'a\tb  c\n\nd\n' },
      stderr: 'no: unix:///var/run/docker.sock\n',
    });
    const numbers = await ask('docker info');
    expect(numbers).toMatchObject({ code: 0, stderr: '' });
    expect(numbers.stdout.split('\n')).toHaveLength(200_001);
    expect(await ask('docker version')).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('answers each of many that ask at once, and those after one that was killed', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => ask('docker info | tail -n 1')));
    expect(all.map(({ stdout }) => stdout)).toEqual(Array.from({ length: 5 }, () => '200000\n'));
    expect(await ask('timeout -s KILL 0.01 docker info >/dev/null; docker ps -q')).toMatchObject({ code: 3 });
  });

  it('counts bytes, whatever language the session has, and outlives a request of nothing', async () => {
    expect(await ask(`docker inspect x; echo >${dir}/asks; docker inspect x`)).toEqual({
      ...{ code: 0, stderr: '' },
      stdout: 'żółć “x”\nżółć “x”\n',
    });
  });

  it('refuses with 126, and lets programs be that look at nobody else', async () => {
    expect(await ask('docker rm x')).toEqual({ code: 126, stdout: '', stderr: 'docker rm x: not in an audit\n' });
    expect(await ask("docker ps 'a\nb'")).toMatchObject({ code: 126, stdout: '' });
    expect(await ask(`ls ${dir}`)).toMatchObject({ code: 0, stdout: expect.stringContaining('asks') });
  });
});
