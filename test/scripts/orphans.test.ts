import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { describeWithMounts, Holder } from './mount-namespace.ts';
import { pathOf, programs, runScript, temporaryPath } from './programs.ts';
import { type Runner, underEachShell, underEachShellAndAwk } from './shells.ts';

let count = 0;
/** No two tests share an id: one's processes must not be found by another. */
const newId = (): string => {
  count += 1;
  return Buffer.from(`orphan-${process.pid}-${count}-`).toString('hex').padEnd(64, 'a');
};

/** A data root with the skeleton of a container in it. */
function skeleton(name = 'docker root') {
  const [root, id] = [temporaryPath(name), newId()];
  const home = `${root}/containers/${id}`;
  mkdirSync(`${home}/mounts/shm`, { recursive: true });
  mkdirSync(`${root}/image/overlay2/layerdb/mounts/${id}`, { recursive: true });
  for (const [path, mode] of [
    ['', 0o710],
    ['/mounts', 0o700],
    ['/mounts/shm', 0o777],
  ] as const)
    chmodSync(home + path, mode);
  utimesSync(home, 1000, 1000);
  return { root, id, home };
}

const started = new Set<ChildProcess>();
/** A process that works there, and has its arguments in its command line. */
async function startIn(cwd: string, argument = '', program = 'sh'): Promise<ChildProcess> {
  const child = spawn(program, ['-c', 'echo ready; sleep 1000; :', 'sh', argument], {
    ...{ stdio: ['ignore', 'pipe', 'inherit'], cwd, detached: true },
  });
  started.add(child);
  await once(createInterface({ input: child.stdout }), 'line');
  return child;
}
/** As the shim of a container is named, and names it. */
const startShim = (id: string) => startIn('/', id, shim);
const shim = `${temporaryPath('shim')}/containerd-shim`;
mkdirSync(dirname(shim));
copyFileSync(pathOf('dash') ?? '/bin/sh', shim);
async function end(child: ChildProcess): Promise<void> {
  started.delete(child);
  const exit = once(child, 'exit');
  // Its sleep, too.
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  await exit;
}
afterEach(async () => {
  for (const child of started) await end(child);
});

const owner = (path: string) => `${statSync(path).uid}\t${statSync(path).gid}`;

describe('steps/orphans/probe.sh', () => {
  const look = (runner: Runner, root: string, dockerd = String(process.pid)) => {
    const { code, stdout, stderr } = runScript(runner, 'steps/orphans/probe.sh', [root, dockerd]);
    const lines = stdout.split('\n').filter((line) => line !== '');
    return { code, stderr, lines: lines.filter((line) => !line.startsWith('started\t')), all: lines };
  };
  const treeOf = (id: string, home: string) => [
    `directory\t${id}\tno`,
    `changed\t${id}\t1000`,
    `tree\t${id}\t777\t${owner(home)}\t./mounts/shm`,
    `tree\t${id}\t700\t${owner(home)}\t./mounts`,
    `tree\t${id}\t710\t${owner(home)}\t.`,
  ];

  underEachShellAndAwk((runner) => {
    it('tells of a skeleton: its directories, the deepest first, and its layer', () => {
      const { root, id, home } = skeleton();
      expect(look(runner, root)).toMatchObject({ code: 0, stderr: '', lines: [`layer\t${id}`, ...treeOf(id, home)] });
    });

    it('tells when dockerd was started', () => {
      const { root } = skeleton();
      const [started = ''] = look(runner, root).all;
      const age = Date.now() / 1000 - Number(started.split('\t')[1]);
      expect(age).toBeGreaterThan(-1);
      expect(age).toBeLessThan(process.uptime() + 5);
      expect(look(runner, root, '4194305').all.filter((line) => line.startsWith('started'))).toEqual([]);
    });
  });

  underEachShell((runner) => {
    it.each(['config.v2.json', 'config.json'])('looks no further into what docker can load: %s', (name) => {
      const { root, id, home } = skeleton();
      writeFileSync(`${home}/${name}`, '{}');
      expect(look(runner, root).lines).toEqual([`layer\t${id}`, `directory\t${id}\tyes`]);
    });

    it.each<[string, (home: string) => void]>([
      ['./mounts/shm/x', (home) => writeFileSync(`${home}/mounts/shm/x`, '')],
      ['./link', (home) => symlinkSync('/', `${home}/link`)],
      ['./odd name', (home) => mkdirSync(`${home}/odd name`)],
      ['./odd', (home) => mkdirSync(`${home}/odd\ttab`)],
    ])('tells what else it holds: %s', (what, put) => {
      const { root, id, home } = skeleton();
      put(home);
      const { lines } = look(runner, root);
      expect(lines.at(-1)).toMatch(new RegExp(`^holds\t${id}\t${what}`));
      expect(lines.filter((line) => line.startsWith('tree'))).toEqual([]);
    });

    it('passes over what is no directory of a container', () => {
      const { root, id, home } = skeleton();
      mkdirSync(`${root}/containers/${id}0`);
      mkdirSync(`${root}/containers/${id.slice(0, 63)}G`);
      symlinkSync('/', `${root}/containers/${id.slice(0, 63)}b`);
      writeFileSync(`${root}/containers/${id.slice(0, 63)}c`, '');
      expect(look(runner, root).lines).toEqual([`layer\t${id}`, ...treeOf(id, home)]);
    });

    it('tells who refers to it: a shim, a working directory, an open file', async () => {
      const { root, id, home } = skeleton();
      const users = () =>
        look(runner, root)
          .lines.filter((line) => line.startsWith(`used\t${id}`))
          .map((line) => line.split('\t')[2]);
      expect(users()).toEqual([]);
      const process = await startShim(id);
      expect(users()).toEqual(['a shim of containerd']);
      await end(process);
      await startIn(home);
      expect(users()).toEqual(['an open file or a working directory']);
    });

    it('ends with 5 where there is no such data root', () => {
      expect(look(runner, '/no/such')).toMatchObject({ code: 5, stderr: 'there is no /no/such/containers\n' });
    });
  });
});

const PATHS = ['mounts/shm', 'mounts', ''];
const docker = (says = '') => programs({ docker: says });
const remove = (runner: Runner, root: string, id: string, path = docker(), changed = '1000', paths = PATHS) => {
  const { code, stderr } = runScript(runner, 'steps/orphans/apply.sh', [root, id, changed, ...paths], { path: [path] });
  return { code, stderr };
};

describe('steps/orphans/apply.sh', () => {
  underEachShellAndAwk((runner) => {
    it('removes the skeleton, and nothing beside it', () => {
      const { root, id } = skeleton();
      mkdirSync(`${root}/containers/other`);
      expect(remove(runner, root, id)).toEqual({ code: 0, stderr: '' });
      expect(readdirSync(`${root}/containers`)).toEqual(['other']);
      expect(readdirSync(`${root}/image/overlay2/layerdb/mounts`)).toEqual([id]);
    });
  });

  underEachShell((runner) => {
    it.each<[string, (made: ReturnType<typeof skeleton>) => unknown, RegExp]>([
      ['it has changed', ({ home }) => utimesSync(home, 1000, 1001), /has changed since$/m],
      ['it holds a file', ({ home }) => writeFileSync(`${home}/mounts/x`, ''), /mounts\/x is there by now$/m],
      ['somebody works there', ({ home }) => startIn(`${home}/mounts`), /a process has something open in /],
      ['a shim is named so', ({ id }) => startShim(id), /^a shim of containerd is there for /m],
    ])('removes nothing where %s', async (_, change, says) => {
      const made = skeleton();
      await change(made);
      const { code, stderr } = remove(runner, made.root, made.id);
      expect({ code, stderr }).toEqual({ code: 9, stderr: expect.stringMatching(says) });
      expect(existsSync(`${made.home}/mounts/shm`)).toBe(true);
    });

    it('removes nothing that docker knows, or where docker does not tell', () => {
      const { root, id, home } = skeleton();
      expect(remove(runner, root, id, docker(`echo ${id}`))).toEqual({
        code: 9,
        stderr: `docker knows container ${id}\n`,
      });
      expect(remove(runner, root, id, docker('exit 1')).code).toBe(1);
      expect(existsSync(`${home}/mounts/shm`)).toBe(true);
    });

    it('follows no symbolic link', () => {
      const { root, id, home } = skeleton();
      const link = `${id.slice(0, 63)}b`;
      symlinkSync(home, `${root}/containers/${link}`);
      expect(remove(runner, root, link)).toMatchObject({ code: 9 });
      expect(existsSync(`${home}/mounts/shm`)).toBe(true);
    });

    it('leaves all of it where the first is not empty', () => {
      const { root, id, home } = skeleton();
      expect(remove(runner, root, id, docker(), '1000', ['mounts', '']).code).toBe(3);
      expect(existsSync(`${home}/mounts/shm`)).toBe(true);
    });

    it('fails where it could remove only a part', () => {
      const { root, id } = skeleton();
      expect(remove(runner, root, id, docker(), '1000', ['mounts/shm', '']).code).toBe(1);
    });
  });
});

describeWithMounts('steps/orphans and mounts', () => {
  underEachShellAndAwk((runner) => {
    it('a mount in any namespace is told, and nothing is removed', async () => {
      const { root, id, home } = skeleton();
      const holder = await Holder.open('mount -t tmpfs x "$1/mounts/shm"', [home]);
      const { stdout } = runScript(runner, 'steps/orphans/probe.sh', [root, '1']);
      expect(stdout).toContain(`used\t${id}\t/proc/${holder.pid}/mountinfo\n`);
      expect(remove(runner, root, id)).toMatchObject({ code: 9, stderr: expect.stringContaining('/mountinfo') });
      expect(holder.lineOf(`${home}/mounts/shm`)).toBeDefined();
      await holder.close();
    });
  });
});

describe('steps/orphans/undo.sh', () => {
  const TREE = ['777', '0', '0', 'mounts/shm', '700', '0', '0', 'mounts', '710', '0', '5', ''];
  const undo = (runner: Runner, root: string, id: string) => {
    const own = TREE.map((word, i) =>
      i % 4 === 1 ? String(process.getuid?.() ?? 0) : i % 4 === 2 ? String(process.getgid?.() ?? 0) : word,
    );
    const look = runScript(runner, 'steps/orphans/probe-undo.sh', [root, id, ...own]);
    const { code, stderr } = runScript(runner, 'steps/orphans/undo.sh', [root, id, ...own]);
    expect(look).toMatchObject({ code, stderr });
    return { code, stderr };
  };
  const modes = (home: string) =>
    ['', '/mounts', '/mounts/shm'].map((path) => (lstatSync(home + path).mode & 0o7777).toString(8));

  underEachShell((runner) => {
    it('makes again what was removed, and only that; twice is once', () => {
      const { root, id, home } = skeleton();
      expect(remove(runner, root, id).code).toBe(0);
      expect(undo(runner, root, id)).toEqual({ code: 0, stderr: '' });
      expect(modes(home)).toEqual(['710', '700', '777']);
      chmodSync(home, 0o711);
      expect(undo(runner, root, id)).toEqual({ code: 0, stderr: '' });
      expect(modes(home)).toEqual(['711', '700', '777']);
    });

    it('makes the rest again where only a part was removed', () => {
      const { root, id, home } = skeleton();
      remove(runner, root, id, docker(), '1000', ['mounts/shm', '']);
      expect(existsSync(`${home}/mounts/shm`)).toBe(false);
      expect(undo(runner, root, id).code).toBe(0);
      expect(modes(home)).toEqual(['710', '700', '777']);
    });

    it('keeps what has come in its place', () => {
      const { root, id, home } = skeleton();
      remove(runner, root, id);
      writeFileSync(home, 'mine');
      expect(undo(runner, root, id)).toMatchObject({ code: 9, stderr: `${home} is no directory\n` });
      const other = `${id.slice(0, 63)}b`;
      symlinkSync('/', `${root}/containers/${other}`);
      expect(undo(runner, root, other)).toMatchObject({ code: 9 });
    });
  });
});
