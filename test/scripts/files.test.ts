import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { describeWithMounts, Holder } from './mount-namespace.ts';
import { runScript, type Surroundings, temporaryPath } from './programs.ts';
import { type Runner, underEachShell } from './shells.ts';

/** A file's bytes, mode and owner; undefined: it is not there. */
interface State {
  readonly bytes: Buffer;
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
}
const state = (bytes: string | Buffer, mode = '644', uid = 0, gid = 0): State => ({
  bytes: Buffer.from(bytes),
  mode,
  uid,
  gid,
});
const OLD = state('[Service]\nMountFlags=shared\n', '600', 12, 34);
const NEW = state('[Service]\nMountFlags=slave\n');
const LARGE = Buffer.alloc(60_000, 'x');
const contents: Record<string, Buffer> = {
  'no byte at all': Buffer.from(''),
  'no newline at its end': Buffer.from('[Service]'),
  'newlines at its end': Buffer.from('[Service]\n\n\n'),
  'every byte, NUL too': Buffer.from(Array.from({ length: 512 }, (_, i) => i % 256)),
  'sixty thousand bytes': LARGE,
};

const words = (file: State | undefined): string[] =>
  file ? [file.mode, String(file.uid), String(file.gid), file.bytes.toString('base64')] : ['absent', '', '', ''];

function put(path: string, { bytes, mode, uid, gid }: State): void {
  writeFileSync(path, bytes);
  chownSync(path, uid, gid);
  chmodSync(path, Number.parseInt(mode, 8));
}

function read(path: string): State | undefined {
  if (!existsSync(path) || !statSync(path).isFile()) return undefined;
  const { mode, uid, gid } = statSync(path);
  return { bytes: readFileSync(path), mode: (mode & 0o7777).toString(8), uid, gid };
}

/** A directory such as docker.service.d, made or not, and the drop-in's path in it. */
function place(before?: State): { directory: string; path: string } {
  const directory = temporaryPath('unit.d');
  const path = `${directory}/10-unwedge.conf`;
  if (before !== undefined) {
    mkdirSync(directory);
    put(path, before);
  }
  return { directory, path };
}

interface Change {
  readonly path: string;
  readonly before: State | undefined;
  readonly after: State;
  readonly directory?: 'kept' | 'made';
}
const run = (
  runner: Runner,
  script: 'apply' | 'undo',
  { path, before, after, directory = 'kept' }: Change,
  around?: Surroundings,
) => {
  const args = [path, directory, ...words(after), ...words(before)];
  // What a preview says of an undo is what it comes to; a full disk is found out by writing.
  const look = script === 'undo' && !around ? runScript(runner, 'files/probe-undo.sh', args) : undefined;
  const result = runScript(runner, `files/${script}.sh`, args, around);
  if (look !== undefined) expect(look).toEqual(result);
  return result;
};
const done = { code: 0, stdout: '', stderr: '' };

const asRoot = process.getuid?.() === 0;
describe.skipIf(!asRoot)(asRoot ? 'files/' : 'files/: skipped, chown needs root', () => {
  underEachShell((runner) => {
    const probe = (path: string) => runScript(runner, 'files/probe.sh', [path]);

    describe('probe.sh', () => {
      it('tells bytes, mode and owner', () => {
        for (const bytes of Object.values(contents)) {
          const { path } = place(state(bytes, '2640', 12, 34));
          const stdout = `file\t2640\t12\t34\t${bytes.toString('base64')}\ndirectory\n`;
          expect(probe(path)).toEqual({ code: 0, stdout, stderr: '' });
        }
      });

      it('tells whether the directory is there', () => {
        const { directory, path } = place();
        expect(probe(path).stdout).toBe('absent\n');
        mkdirSync(directory);
        expect(probe(path).stdout).toBe('absent\ndirectory\n');
      });

      it.each([
        ['symbolic link', (path: string) => symlinkSync('/etc/passwd', path)],
        ['symbolic link', (path: string) => symlinkSync('/no/such/file', path)],
        ['directory', (path: string) => mkdirSync(path)],
        ['fifo', (path: string) => void spawnSync('mkfifo', [path])],
      ])('tells of a %s', (what, make) => {
        const { directory, path } = place();
        mkdirSync(directory);
        make(path);
        expect(probe(path)).toEqual({ code: 0, stdout: `odd\t${what}\ndirectory\n`, stderr: '' });
      });
    });

    describe('probe.sh of a place that takes no file', () => {
      it.each([
        ['a dangling link', (at: string) => symlinkSync('/no/such/directory', at), 'is a symbolic link to nothing'],
        ['a plain file', (at: string) => writeFileSync(at, ''), 'is not a directory'],
      ])('names a directory that is %s, and apply.sh indeed changes nothing', (_what, make, why) => {
        const { directory, path } = place();
        make(directory);
        expect(probe(path).stdout).toMatch(new RegExp(`^absent\nclosed\t${directory} ${why}\t.+\n$`));
        const change = { path, before: undefined, after: NEW, directory: 'made' } as const;
        expect(run(runner, 'apply', change).code).toBe(1);
      });

      it('names the directory above that is not there', () => {
        const above = temporaryPath('no');
        expect(probe(`${above}/unit.d/x.conf`).stdout).toMatch(`absent\nclosed\t${above} does not exist, and only`);
      });

      it('minds no link to a directory', () => {
        const { directory } = place(OLD);
        const link = temporaryPath('link');
        symlinkSync(directory, link);
        expect(probe(`${link}/x.conf`).stdout).toBe('absent\ndirectory\n');
      });

      it('names a file with another name, and apply.sh does not cut them apart', () => {
        const { path } = place(OLD);
        const other = temporaryPath('other-name');
        linkSync(path, other);
        expect(probe(path).stdout).toMatch(`closed\t${path} has other names (hard links)`);
        expect(run(runner, 'apply', { path, before: OLD, after: NEW }).code).toBe(9);
        expect(statSync(path).ino).toBe(statSync(other).ino);
      });
    });

    describe('apply.sh, then undo.sh', () => {
      it.each(Object.entries(contents))('write and restore %s', (_what, bytes) => {
        const before = state(bytes, '6755', 12, 34);
        const { directory, path } = place(before);
        const after = state(Buffer.concat([bytes, Buffer.from('more')]), '640', 56, 78);
        expect(run(runner, 'apply', { path, before, after })).toEqual(done);
        expect(read(path)).toEqual(after);
        expect(run(runner, 'undo', { path, before, after })).toEqual(done);
        expect(read(path)).toEqual(before);
        expect(run(runner, 'undo', { path, before, after })).toEqual(done);
        expect(readdirSync(directory)).toEqual(['10-unwedge.conf']);
      });

      it('make the directory and take it away again', () => {
        const { directory, path } = place();
        const change = { path, before: undefined, after: NEW, directory: 'made' } as const;
        expect(run(runner, 'apply', change)).toEqual(done);
        expect(read(path)).toEqual(NEW);
        expect((statSync(directory).mode & 0o777).toString(8)).toBe('755');
        expect(run(runner, 'undo', change)).toEqual(done);
        expect(existsSync(directory)).toBe(false);
        expect(run(runner, 'undo', change)).toEqual(done);
      });

      it('leave the directory where it was there before, or holds something else by now', () => {
        for (const how of ['kept', 'made'] as const) {
          const { directory, path } = place();
          mkdirSync(directory);
          const change = { path, before: undefined, after: NEW, directory: how };
          expect(run(runner, 'apply', change)).toEqual(done);
          if (how === 'made') writeFileSync(`${directory}/theirs.conf`, '');
          expect(run(runner, 'undo', change)).toEqual(done);
          expect(readdirSync(directory)).toEqual(how === 'made' ? ['theirs.conf'] : []);
        }
      });
    });

    describe('apply.sh', () => {
      it.each<[string, (path: string) => void]>([
        ['other bytes', (path) => put(path, { ...OLD, bytes: Buffer.from('theirs') })],
        ['another mode', (path) => put(path, { ...OLD, mode: '644' })],
        ['another owner', (path) => put(path, { ...OLD, uid: 99 })],
        ['no file', (path) => rmSync(path)],
      ])('does nothing where there is by now: %s', (_what, meddle) => {
        const { directory, path } = place(OLD);
        meddle(path);
        const theirs = read(path);
        const { code, stderr } = run(runner, 'apply', { path, before: OLD, after: NEW });
        expect({ code, stderr }).toEqual({ code: 9, stderr: `${path} has changed since\n` });
        expect(read(path)).toEqual(theirs);
        expect(readdirSync(directory).length).toBe(theirs ? 1 : 0);
      });

      it('does nothing where an empty file has gone, or has become a FIFO', () => {
        const before = state('');
        const { path } = place(before);
        rmSync(path);
        expect(run(runner, 'apply', { path, before, after: NEW }).code).toBe(9);
        expect(existsSync(path)).toBe(false);
        spawnSync('mkfifo', [path]);
        expect(run(runner, 'apply', { path, before, after: NEW }).code).toBe(9);
      });

      it('does nothing where a symbolic link is by now, even to the same bytes', () => {
        const { directory, path } = place(OLD);
        put(`${directory}/theirs`, OLD);
        rmSync(path);
        symlinkSync('theirs', path);
        expect(run(runner, 'apply', { path, before: OLD, after: NEW })).toMatchObject({ code: 9 });
        expect(lstatSync(path).isSymbolicLink()).toBe(true);
        expect(read(`${directory}/theirs`)).toEqual(OLD);
      });

      it('does nothing where something is that was not there', () => {
        for (const make of [(path: string) => put(path, OLD), (path: string) => symlinkSync('/no/such/file', path)]) {
          const { directory, path } = place();
          mkdirSync(directory);
          make(path);
          const { code, stderr } = run(runner, 'apply', { path, before: undefined, after: NEW });
          expect({ code, stderr }).toEqual({ code: 9, stderr: `${path} is there by now\n` });
        }
      });
    });

    describe('undo.sh', () => {
      it.each<[string, (path: string) => void, RegExp]>([
        ['has other bytes', (path) => put(path, state('theirs')), /has been changed since: kept as it is/],
        ['has gone', (path) => rmSync(path), /has been removed since/],
        [
          'has another mode',
          (path) => chmodSync(path, 0o600),
          /has been given another mode or owner since: kept as it is/,
        ],
        [
          'has another owner',
          (path) => chownSync(path, 7, 8),
          /has been given another mode or owner since: kept as it is/,
        ],
        [
          'is a directory',
          (path) => {
            rmSync(path);
            mkdirSync(path);
          },
          /is no plain file any more: kept as it is/,
        ],
        [
          'is a symbolic link',
          (path) => {
            rmSync(path);
            symlinkSync('/etc/passwd', path);
          },
          /has become a symbolic link: kept as it is/,
        ],
      ])('keeps what somebody made of it since: it %s', (_what, meddle, says) => {
        const { path } = place(NEW);
        meddle(path);
        const theirs = read(path);
        const { code, stderr } = run(runner, 'undo', { path, before: OLD, after: NEW });
        expect({ code, stderr }).toEqual({ code: 9, stderr: expect.stringMatching(says) });
        expect(read(path)).toEqual(theirs);
      });
    });
  });
});

describeWithMounts('files/ where nothing can be written', () => {
  const opened: Holder[] = [];
  afterEach(() => Promise.all(opened.splice(0).map((holder) => holder.close())));

  /** A small file system with the drop-in's directory, seen by one process only. */
  async function small(before: State | undefined, then: string) {
    const mountpoint = temporaryPath('small');
    mkdirSync(mountpoint);
    const holder = await Holder.open('mount -t tmpfs -o size=32k x "$1"', [mountpoint]);
    opened.push(holder);
    const directory = `${mountpoint}/unit.d`;
    const path = `${directory}/10-unwedge.conf`;
    const seen = (what: string) => `/proc/${holder.pid}/root${what}`;
    if (before) {
      mkdirSync(seen(directory));
      put(seen(path), before);
    }
    const { status } = spawnSync('nsenter', ['-t', String(holder.pid), '-m', 'sh', '-c', then, 'sh', mountpoint]);
    expect(status).toBe(0);
    return { holder, path, mountpoint: seen(mountpoint), seen: seen(path), seenDirectory: seen(directory) };
  }
  const full = 'head -c 100000 /dev/zero >"$1/filler" 2>/dev/null || :';

  underEachShell((runner) => {
    it.each([
      ['disk full', full],
      ['disk read-only', 'mount -o remount,ro "$1"'],
    ])('%s: apply.sh leaves the old file as it is, and nothing beside it', async (_what, then) => {
      const { holder, path, seen, seenDirectory } = await small(OLD, then);
      const after = state(LARGE);
      const { code, stderr } = run(runner, 'apply', { path, before: OLD, after }, { inside: holder });
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('is the disk full or read-only?') });
      expect(read(seen)).toEqual(OLD);
      expect(readdirSync(seenDirectory)).toEqual(['10-unwedge.conf']);
    });

    it.each([
      ['the file', (path: string) => path, OLD],
      ['its directory', (path: string) => dirname(path), undefined],
    ])('%s is immutable: probe.sh says so, apply.sh changes nothing', async (_what, placeOf, before) => {
      const { directory, path } = place(OLD);
      if (before === undefined) rmSync(path);
      const locked = placeOf(path);
      const chattr = (flag: string) => spawnSync('chattr', [flag, locked]).status === 0;
      if (!chattr('+i')) return expect(spawnSync('chattr', ['+i', locked]).status).not.toBe(0);
      try {
        const stdout = runScript(runner, 'files/probe.sh', [path]).stdout;
        expect(stdout).toMatch(`closed\t${locked} is immutable or append-only (lsattr -d)\n`);
        expect(run(runner, 'apply', { path, before, after: NEW }).code).toBe(1);
        expect(read(path)).toEqual(before);
        expect(readdirSync(directory)).toEqual(before ? ['10-unwedge.conf'] : []);
      } finally {
        chattr('-i');
      }
    });

    it.each([
      ['filesystem', OLD, 'mount -o remount,ro "$1"'],
      ['mount', OLD, 'mount -o remount,ro,bind "$1"'],
      ['mount whose directory is still to be made', undefined, 'mount -o remount,ro,bind "$1"'],
    ])('a read-only %s: probe.sh says so, a preview of undo.sh what it comes to', async (_what, before, then) => {
      const { holder, path } = await small(before, then);
      const { stdout } = runScript(runner, 'files/probe.sh', [path], { inside: holder });
      expect(stdout).toMatch(/^closed\t\S+ is on a filesystem that is read-only$/m);
      if (before === undefined) return;
      const args = [path, 'kept', ...words(before), ...words(NEW)];
      const [look, undo] = ['probe-undo', 'undo'].map((script) =>
        runScript(runner, `files/${script}.sh`, args, { inside: holder }),
      );
      expect([look?.code, undo?.code]).toEqual([1, 1]);
    });

    it('a file that is mounted by itself: probe.sh says so, apply.sh changes nothing', async () => {
      for (const name of ['x.conf', 'a b\\x20c.conf']) {
        const directory = temporaryPath('mounted');
        mkdirSync(directory);
        const path = `${directory}/${name}`;
        put(path, OLD);
        const holder = await Holder.open('mount --bind "$1" "$1"', [path]);
        opened.push(holder);
        const link = temporaryPath('link');
        symlinkSync(directory, link);
        for (const way of [path, `${link}/${name}`])
          expect(runScript(runner, 'files/probe.sh', [way], { inside: holder }).stdout).toContain(
            `closed\t${way} is a mount of its own`,
          );
        expect(run(runner, 'apply', { path, before: OLD, after: NEW }, { inside: holder }).code).toBe(1);
        expect(readdirSync(directory)).toEqual([name]);
      }
    });

    it('disk full: apply.sh takes the directory away that it made', async () => {
      const { holder, path, mountpoint } = await small(undefined, full);
      const change = { path, before: undefined, after: NEW, directory: 'made' } as const;
      expect(run(runner, 'apply', change, { inside: holder }).code).toBe(1);
      expect(readdirSync(mountpoint)).toEqual(['filler']);
    });

    it('disk full: undo.sh leaves what apply.sh wrote', async () => {
      const { holder, path, seen, seenDirectory } = await small(NEW, full);
      const change = { path, before: state(LARGE), after: NEW };
      expect(run(runner, 'undo', change, { inside: holder }).code).toBe(1);
      expect(read(seen)).toEqual(NEW);
      expect(readdirSync(seenDirectory)).toEqual(['10-unwedge.conf']);
    });

    it('no directory above: apply.sh says so and makes none', async () => {
      const path = `${temporaryPath('no')}/such/unit.d/10-unwedge.conf`;
      const change = { path, before: undefined, after: NEW, directory: 'made' } as const;
      expect(run(runner, 'apply', change)).toMatchObject({ code: 1, stderr: expect.stringContaining('unit.d') });
    });
  });
});
