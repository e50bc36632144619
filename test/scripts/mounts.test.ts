import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithMounts, Holder, inodeOf, kernelText, mountinfoOf, statFields } from './mount-namespace.ts';
import { programs, runScript, type Surroundings, temporaryPath } from './programs.ts';
import { underEachShellAndAwk } from './shells.ts';

const ID = 'c0ffee'.padEnd(64, '0');
const LAYER = 'facade'.padEnd(64, '1');
/** A data root that the kernel has to write with escapes. */
const ROOT = `${temporaryPath('root')}/data root \\ here`;
const BINDS = ROOT.replace('data root', 'binds');

/** As dockerd leaves it: a data root on a file system of its own, the mounts of a container, and others beside them. */
const WEDGE = `
  root=$1 id=$2 layer=$3 binds=$4
  mount -t tmpfs data "$root"
  mount --make-shared "$root"
  for path in "overlay2/$layer/merged" "overlay2/$layer-init/merged" "containers/$id/mounts/shm" "overlay2/other/merged"; do
    mkdir -p "$root/$path"
    mount -t tmpfs a "$root/$path"
  done
  mkdir "$root/overlay2/$layer/merged/inner"
  mount -t tmpfs b "$root/overlay2/$layer/merged/inner"
  mount --bind "$root/overlay2/$layer/merged" "$binds"
  mount -t tmpfs c "$root/containers/$id/mounts/shm"
  ln -s /bin/sleep "$root/x) (y	z"
  "$root/x) (y	z" 1000 &`;

const processes = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

/** Namespace → its processes, and the mounts that one of them sees. */
function namespaces(): Map<string, { pids: number[]; lines: string[] }> {
  const found = new Map<string, { pids: number[]; lines: string[] }>();
  for (const pid of processes()) {
    try {
      const known = found.get(inodeOf(pid)) ?? { pids: [], lines: mountinfoOf(pid) };
      found.set(inodeOf(pid), { ...known, pids: [...known.pids, pid] });
    } catch {
      // Gone meanwhile: none of ours.
    }
  }
  return found;
}

const wanted = [ID, LAYER, `${LAYER}-init`];
const field = (line: string, index: number): string => line.split(' ')[index] ?? '';
const holdsId = (line: string, ids: readonly string[] = wanted, index = 4): boolean =>
  field(line, index)
    .split('/')
    .some((part) => ids.includes(part));

/** What mounts.sh must print of mounts, read from /proc in another way. */
function expected(): string[] {
  const all = [...namespaces()].flatMap(([inode, { lines }]) => lines.map((line) => ({ inode, line })));
  const hits = all.filter(({ line }) => holdsId(line));
  const devices = hits.map(({ line }) => field(line, 2));
  const mounts = all.filter(({ line }) => devices.includes(field(line, 2)));
  return [
    ...mounts.map(({ inode, line }) => `mount\t${inode}\t${line}`),
    ...all
      .filter((m) => mounts.some((one) => one.inode === m.inode && field(one.line, 1) === field(m.line, 0)))
      .map(({ inode, line }) => `parent\t${inode}\t${line}`),
  ].sort();
}

describeWithMounts('docker/mounts.sh', () => {
  const holders: Holder[] = [];
  let dockerd: Holder;
  let copy: Holder;
  beforeAll(async () => {
    mkdirSync(ROOT, { recursive: true });
    mkdirSync(BINDS);
    dockerd = await Holder.open(WEDGE, [ROOT, ID, LAYER, BINDS]);
    copy = await Holder.open('for n in $(seq 60); do sleep 1000 & done', [], dockerd);
    holders.push(dockerd, copy);
  });
  afterAll(() => Promise.all(holders.map((holder) => holder.close())));

  underEachShellAndAwk((runner) => {
    const look = (ids: readonly string[], around: Surroundings = {}, whose = 'processes') => {
      const result = runScript(runner, 'docker/mounts.sh', [whose, ROOT, dockerd.inode, ...ids], around);
      return { ...result, records: result.stdout.split('\n').filter((line) => line !== '') };
    };
    const kind = (records: readonly string[], ...kinds: string[]) =>
      records.filter((record) => kinds.includes(record.split('\t')[0] ?? '')).sort();

    it('tells every mount of the ids, in each namespace, as the kernel does', () => {
      const { code, stderr, records } = look([ID, LAYER]);
      expect({ code, stderr, records: kind(records, 'mount', 'parent') }).toEqual({
        code: 0,
        stderr: '',
        records: expected(),
      });
      // Five mounts with an id, two of them at one place, and a bind mount of one of them, in two namespaces.
      expect(kind(records, 'mount')).toHaveLength(12);
      expect(kind(records, 'mount').filter((record) => record.includes(` ${kernelText(BINDS)} `))).toHaveLength(2);
    });

    it("keeps the kernel's order, which tells what is on top", () => {
      const lines = look([ID]).records.filter((record) => record.startsWith(`mount\t${dockerd.inode}\t`));
      const stacked = lines.map((record) => record.split('\t')[2]);
      expect(stacked).toEqual(dockerd.mountinfo.filter((line) => holdsId(line, [ID])));
      expect(stacked).toHaveLength(2);
    });

    it('tells what covers the data root and what lies below it, in the namespace of dockerd only', () => {
      const root = kernelText(ROOT);
      const covers = (path: string) =>
        path === '/' || `${root}/`.startsWith(`${path}/`) || `${path}/`.startsWith(`${root}/`);
      const lines = dockerd.mountinfo.filter((line) => covers(field(line, 4)));
      expect(kind(look([ID, LAYER]).records, 'root')).toEqual(
        lines.map((line) => `root\t${dockerd.inode}\t${line}`).sort(),
      );
      expect(lines.filter((line) => field(line, 4).startsWith(root))).toHaveLength(7);
      expect(kind(look([ID]).records, 'root')).toHaveLength(lines.length - 3);
    });

    it('tells who is in those namespaces, at most 50 of them, and how many there are', () => {
      const { records } = look([ID]);
      const pids = namespaces().get(dockerd.inode)?.pids ?? [];
      expect(pids).toHaveLength(2);
      expect(kind(records, 'process').filter((record) => record.includes(dockerd.inode))).toEqual(
        pids
          .map((pid) => ['process', dockerd.inode, pid, statFields(pid)[19], cgroupOf(pid), commandOf(pid)].join('\t'))
          .sort(),
      );
      expect(kind(records, 'process').filter((record) => record.includes(copy.inode))).toHaveLength(50);
      expect(kind(records, 'processes')).toEqual(
        [`processes\t${dockerd.inode}\t2`, `processes\t${copy.inode}\t61`].sort(),
      );
    });

    it('asks the next process where one has gone meanwhile, and skips a namespace that has gone', () => {
      const gone = (inode: string) => `echo 'lrwxrwxrwx 1 0 0 0 Jan  1 00:00 /proc/4194305/ns/mnt -> mnt:[${inode}]'`;
      const ls = programs({ ls: `${gone(dockerd.inode)}\n${gone('17')}\nPATH=/usr/bin:/bin exec ls "$@"` });
      const { code, stderr, records } = look([ID, LAYER], { path: [ls] });
      expect({ code, stderr, records: kind(records, 'mount', 'parent') }).toEqual({
        code: 0,
        stderr: '',
        records: expected(),
      });
      expect(kind(records, 'process').some((record) => record.includes('4194305'))).toBe(false);
    });

    it('tells a namespace whose processes are all in a user namespace of their own', async () => {
      const inner = await Holder.open('unshare -U -r -m --propagation private sleep 1000 & echo', [], dockerd);
      const owned = () => processes().find((pid) => parentOf(pid) === inner.pid && inodeOf(pid) !== inner.inode);
      await expect.poll(owned).toBeDefined();
      const inode = inodeOf(owned() ?? 0);
      expect(kind(look([ID]).records, 'locked')).toEqual([`locked\t${inode}`]);
      await inner.close();
    });

    it.each([
      ['docker-containerd-shim', 'SERVED /var/run/docker/libcontainerd/SERVED docker-runc'],
      ['containerd-shim', '-namespace moby -workdir /var/lib/containerd/moby/SERVED'],
      ['containerd-shim-runc-v2', '-namespace moby -id SERVED'],
    ])('tells whose shim is there: %s', async (name, told) => {
      const served = 'beef'.padEnd(64, '0');
      // The mark that $0 is, and the arguments, are on its command line.
      const setup = `cp /bin/sh "$1"; n=$1; shift; "$n" -c 'sleep 1000; :' "$@" & until grep -qa sleep /proc/$!/cmdline; do :; done`;
      const program = `${temporaryPath('shim')}/${name}`;
      mkdirSync(dirname(program));
      const shim = await Holder.open(setup, [program, ...told.replaceAll('SERVED', served).split(' ')], dockerd);
      const { records } = look([ID]);
      const [, , pid] = kind(records, 'shim').at(0)?.split('\t') ?? [];
      expect(kind(records, 'shim')).toEqual([`shim\t${shim.inode}\t${pid}\t${served}`]);
      const process = kind(records, 'process').find((record) => record.startsWith(`process\t${shim.inode}\t${pid}\t`));
      expect(process?.split('\t').at(-1)).toBe(name.startsWith('docker') ? name : name.slice(0, 15));
      await shim.close();
    });

    it('finds what lies on a part of a container that is bound elsewhere: no path of it has an id', async () => {
      const id = 'decade'.padEnd(64, '0');
      const setup = `mkdir -p "$1/containers/$2/mounts/shm"; mount -t tmpfs leak "$1/containers/$2/mounts/shm"
        mount --rbind "$1/containers/$2" "$3"; umount "$1/containers/$2/mounts/shm"`;
      const holder = await Holder.open(setup, [ROOT, id, BINDS], dockerd);
      const [bound, leak] = [holder.lineOf(BINDS), holder.lineOf(`${BINDS}/mounts/shm`)];
      const { records } = look([id]);
      expect(kind(records, 'mount').sort()).toEqual(
        [`mount\t${holder.inode}\t${bound}`, `mount\t${holder.inode}\t${leak}`].sort(),
      );
      expect(kind(records, 'parent')).toContain(`parent\t${holder.inode}\t${bound}`);
      await holder.close();
    });

    it("counts each namespace's mounts of docker's, and those that are private", () => {
      const { records } = look([]);
      const counted = (holder: Holder) => {
        const lines = holder.mountinfo.filter(
          (line) =>
            field(line, 4).startsWith(`${kernelText(ROOT)}/`) && /[/][0-9a-f]{64}(-init)?([/]|$)/.test(field(line, 4)),
        );
        return `copies\t${holder.inode}\t${lines.length}\t${lines.filter((line) => field(line, 6) === '-').length}`;
      };
      expect(kind(records, 'copies')).toEqual([counted(dockerd), counted(copy)].sort());
      expect(counted(dockerd)).not.toBe(counted(copy).replace(copy.inode, dockerd.inode));
      expect(kind(records, 'process').filter((record) => record.includes(copy.inode))).toHaveLength(1);
    });

    it('looks into the namespaces of threads where it is asked to, and at files of namespaces', async () => {
      const file = `${BINDS}/namespace`;
      // A namespace may hold files of later ones only, and newer kernels count that by CPU.
      const setup = `mount -t tmpfs x "$2"; touch "$2/namespace"
        for n in $(seq 100); do unshare --mount="$2/namespace" true 2>/dev/null && break; done`;
      const holder = await Holder.open(setup, [ROOT, BINDS], dockerd);
      const line = holder.lineOf(file);
      expect(kind(look([ID]).records, 'bind')).toContain(`bind\t${holder.inode}\t${line}`);
      const threads = look([ID, LAYER], {}, 'threads');
      expect(kind(threads.records, 'mount')).toEqual(kind(look([ID, LAYER]).records, 'mount'));
      await holder.close();
    });

    it('finds nothing but the data root for no id, and for an id that is only part of a name', () => {
      for (const ids of [[], [ID.slice(1)], ['merged*'], ['.*']]) {
        const { code, stderr, records } = look(ids);
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
        expect(kind(records, 'mount', 'parent', 'locked')).toEqual([]);
        expect(kind(records, 'root')).not.toEqual([]);
      }
    });

    it('ends with 5 where /proc tells of no namespace', () => {
      const { code, stdout, stderr } = look([ID], { path: [programs({ ls: 'exit 2' })] });
      expect({ code, stdout, stderr }).toEqual({
        code: 5,
        stdout: '',
        stderr: 'no mount namespace can be read below /proc\n',
      });
    });
  });
});

/** NaN where it has gone. */
function parentOf(pid: number): number {
  try {
    return Number(statFields(pid)[1]);
  } catch {
    return Number.NaN;
  }
}

const commandOf = (pid: number): string => readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd().replaceAll('\t', ' ');

/** The cgroup that systemd keeps, of either hierarchy. */
function cgroupOf(pid: number): string {
  const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').trimEnd().split('\n');
  const line = lines.find((l) => l.includes(':name=systemd:')) ?? lines.find((l) => l.startsWith('0::')) ?? '';
  return line.replace(/^[^:]*:[^:]*:/, '');
}
