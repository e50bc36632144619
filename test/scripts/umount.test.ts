import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { describeWithMounts, Holder, inodeOf, kernelText } from './mount-namespace.ts';
import { calls, onlyPrograms, pathOf, programs, runScript, type Surroundings, temporaryPath } from './programs.ts';
import { type Runner, underEachShell, underEachShellAndAwk } from './shells.ts';

const ID = 'c0ffee'.padEnd(64, '0');
const HOME = temporaryPath('docker \\ root');
const VICTIM = `${HOME}/overlay2/layer/merged`;
const NEIGHBOUR = `${HOME}/overlay2/other/merged`;
const MOUNTS = `
  mkdir -p "$1" "$2"
  mount -t tmpfs victim "$1"
  mount -t tmpfs neighbour "$2"`;

/** Only our own mounts: whoever removes a directory elsewhere takes away what other namespaces have mounted on it. */
const mountsOf = (holder: Holder): string[] => holder.mountinfo.filter((line) => line.includes(kernelText(HOME)));

const docker = (says: string) => programs({ docker: `case $* in *'${ID}') ${says} ;; *) exit 1 ;; esac` });
const DEAD = docker("echo 'true dead 0'");
const BASICS = ['awk', 'cat', 'sed', 'cut', 'grep', 'readlink', 'timeout', 'uname', 'nsenter'];
/** util-linux before 2.35: its umount enters no namespace. */
const oldUmount = () =>
  programs({
    umount: `case $* in --help) echo 'Usage: umount [-hV]' ;; *--namespace* | *-N*) exit 64 ;; *) exec ${pathOf('umount')} "$@" ;; esac`,
  });

/** The ways into another namespace, each with a PATH that leaves no other. */
const ways: Record<string, { trust: 'host' | 'holder'; around: () => Surroundings }> = {
  'umount -N': { trust: 'holder', around: () => ({ onlyPath: [DEAD, onlyPrograms([...BASICS, 'umount'])] }) },
  nsenter: { trust: 'host', around: () => ({ onlyPath: [DEAD, oldUmount(), onlyPrograms(BASICS)] }) },
  perl: { trust: 'holder', around: () => ({ onlyPath: [DEAD, oldUmount(), onlyPrograms([...BASICS, 'perl'])] }) },
  python3: {
    trust: 'holder',
    // By its full path: a python of pyenv's is a script that needs more programs.
    around: () => ({
      onlyPath: [DEAD, oldUmount(), programs({ python3: 'exec /usr/bin/python3 "$@"' }), onlyPrograms(BASICS)],
    }),
  },
};
/** Why this machine does not have that way. */
function obstacleTo(way: string): string | undefined {
  const program = way.split(' ')[0] ?? '';
  if (pathOf(program) === undefined) return `${program} is not installed`;
  const { stdout } = spawnSync(program, ['--help'], { encoding: 'utf8' });
  return way.endsWith('-N') && !stdout.includes('--namespace') ? 'umount is older than util-linux 2.35' : undefined;
}
const obstacles = new Map(Object.keys(ways).map((way) => [way, obstacleTo(way)]));

describeWithMounts('steps/umount/apply.sh and apply-holder.sh', () => {
  const opened: Holder[] = [];
  const open = async (setup = MOUNTS, args: readonly string[] = [], of?: Holder): Promise<Holder> => {
    const holder = await Holder.open(setup, [VICTIM, NEIGHBOUR, ...args], of);
    opened.push(holder);
    return holder;
  };
  afterEach(() => Promise.all(opened.splice(0).map((holder) => holder.close())));

  interface Plan {
    readonly pid: number;
    readonly start: string;
    readonly inode: string;
    readonly line: string;
    readonly path: string;
    readonly trust: 'host' | 'holder';
    readonly how: 'plain' | 'lazy';
  }
  /** The script, and its arguments. */
  const planOf = (holder: Holder, differs: Partial<Plan> = {}): string[] => {
    const { pid, start, inode } = holder;
    const line = holder.lineOf(VICTIM) ?? 'not mounted';
    const plan: Plan = { pid, start, inode, line, path: VICTIM, trust: 'holder', how: 'plain', ...differs };
    const script = plan.trust === 'host' ? 'steps/umount/apply.sh' : 'steps/umount/apply-holder.sh';
    return [script, ID, String(plan.pid), plan.start, plan.inode, plan.line, plan.path, plan.how];
  };
  const run = (runner: Runner, [script = '', ...args]: readonly string[], around: Surroundings = { path: [DEAD] }) =>
    runScript(runner, script, args, around);

  underEachShellAndAwk((runner) => {
    it('unmounts that mount in that namespace, and nothing else anywhere', async () => {
      const holder = await open();
      const copy = await open('', [], holder);
      const [before, there] = [mountsOf(holder), mountsOf(copy)];
      const line = holder.lineOf(VICTIM);
      expect(line).toContain(kernelText(VICTIM));
      expect(run(runner, planOf(holder))).toEqual({ code: 0, stdout: '', stderr: '' });
      expect(mountsOf(holder)).toEqual(before.filter((l) => l !== line));
      expect(mountsOf(copy)).toEqual(there);
    });

    it('takes a mount that has lost its peers or its master since for the same', async () => {
      const holder = await open();
      const planned = holder.lineOf(VICTIM) ?? '';
      const line = planned.replace(/ (?=- )/, ' master:4711 ');
      expect(line).not.toBe(planned);
      expect(run(runner, planOf(holder, { line }))).toEqual({ code: 0, stdout: '', stderr: '' });
      expect(holder.lineOf(VICTIM)).toBeUndefined();
    });

    it('does nothing where the mount is no longer as planned', async () => {
      const holder = await open();
      const before = mountsOf(holder);
      const line = (holder.lineOf(VICTIM) ?? '').replace(/^\d+/, (id) => String(Number(id) + 100_000));
      expect(run(runner, planOf(holder, { line }))).toEqual({
        code: 9,
        stdout: '',
        stderr: `${VICTIM} is no longer mounted as it was in mnt:[${holder.inode}]\n`,
      });
      expect(mountsOf(holder)).toEqual(before);
    });
  });

  underEachShell((runner) => {
    const drifted = async (differs: (holder: Holder) => Partial<Plan>, says: RegExp, around?: Surroundings) => {
      const holder = await open();
      const before = mountsOf(holder);
      const { code, stderr } = run(runner, planOf(holder, differs(holder)), around);
      expect({ code, stderr }).toEqual({ code: 9, stderr: expect.stringMatching(says) });
      expect(mountsOf(holder)).toEqual(before);
    };

    it.each(['echo false running 4711', 'echo true removing 0', 'echo true dead 4711', 'exit 1', 'echo'])(
      'does nothing where docker does not say Dead: %s',
      (says) => drifted(() => ({}), /^container c0ffee0+ is no longer Dead: /m, { path: [docker(says)] }),
    );

    it('takes the word of docker ps where inspect refuses a Dead container, as up to 1.12 it may', async () => {
      const holder = await open();
      const old = programs({
        docker: `case $1 in inspect) echo 'Error: layer does not exist' >&2; exit 1 ;; ps) echo ${ID} ;; esac`,
      });
      expect(run(runner, planOf(holder), { path: [old] })).toEqual({ code: 0, stdout: '', stderr: '' });
      expect(calls(old)).toContain(`docker ps -aq --no-trunc --filter status=dead --filter id=${ID}`);
    });

    it('tells that the daemon hangs, and does nothing', async () => {
      const holder = await open();
      const hung = { path: [programs({ timeout: 'exit 124' })] };
      expect(run(runner, planOf(holder), hung)).toMatchObject({ code: 1, stderr: expect.stringContaining('hangs') });
      expect(holder.lineOf(VICTIM)).toBeDefined();
    });

    it('does not unmount what hides the mount by lying over it', async () => {
      const holder = await open(
        `${MOUNTS}\nmount -t tmpfs over "\${1%/*/*}"\nmkdir -p "$1"\nmount -t tmpfs other "$1"`,
      );
      const before = mountsOf(holder);
      const line = before.find((l) => l.includes(`${kernelText(VICTIM)} `) && l.includes(' victim '));
      expect(run(runner, planOf(holder, { line: line ?? '' }))).toEqual({
        code: 3,
        stdout: '',
        stderr: `another mount hides ${VICTIM} in mnt:[${holder.inode}]\n`,
      });
      expect(mountsOf(holder)).toEqual(before);
    });

    it('unmounts lazily only where plainly it says busy', async () => {
      const holder = await open();
      const asked = programs({ umount: `exec ${pathOf('umount')} "$@"` });
      expect(run(runner, planOf(holder, { how: 'lazy' }), { onlyPath: [DEAD, asked, onlyPrograms(BASICS)] }).code).toBe(
        0,
      );
      expect(calls(asked).filter((call) => / -l /.test(call))).toEqual([]);
    });

    it('does nothing for a process that started at another time', () =>
      drifted(({ start }) => ({ start: `${Number(start) + 1}` }), /^process \d+ is gone$/m));

    it('does nothing for a process that has ended', async () => {
      const gone = await open();
      const plan = planOf(gone);
      await gone.close();
      expect(run(runner, plan)).toMatchObject({ code: 9, stderr: `process ${gone.pid} is gone\n` });
    });

    it('does nothing for a process that is in another namespace by now', () =>
      drifted(() => ({ inode: inodeOf(process.pid) }), /^process \d+ is now in another mount namespace$/m));

    it('ends with 3 and the words of umount where the kernel refuses', async () => {
      const holder = await open();
      const refused = programs({ umount: 'echo --namespace; echo not permitted >&2; exit 32' });
      const { code, stderr } = run(runner, planOf(holder), { onlyPath: [DEAD, refused, onlyPrograms(BASICS)] });
      expect({ code, stderr }).toEqual({ code: 3, stderr: '--namespace\nnot permitted\n' });
      expect(holder.lineOf(VICTIM)).toBeDefined();
    });

    it('ends with 3 where nothing but a program from inside could do it', async () => {
      const holder = await open();
      const before = mountsOf(holder);
      const around = { onlyPath: [DEAD, oldUmount(), onlyPrograms(BASICS)] };
      expect(run(runner, planOf(holder), around)).toMatchObject({
        code: 3,
        stderr: expect.stringMatching(/^no safe way into mnt:\[\d+\]: this host has no perl or python, nor umount -N/),
      });
      expect(mountsOf(holder)).toEqual(before);
    });

    it('leaves perl aside on a machine whose numbers of system calls it does not know', async () => {
      const holder = await open();
      const riscv = programs({ uname: 'echo riscv64' });
      const around = { onlyPath: [DEAD, riscv, oldUmount(), onlyPrograms([...BASICS, 'perl'])] };
      expect(run(runner, planOf(holder), around).code).toBe(3);
    });

    it('unmounts in the namespace that it runs in itself', async () => {
      const holder = await open();
      expect(run(runner, planOf(holder, { trust: 'host' }), { path: [DEAD], inside: holder }).code).toBe(0);
      expect(holder.lineOf(VICTIM)).toBeUndefined();
      expect(holder.lineOf(NEIGHBOUR)).toBeDefined();
    });

    for (const [way, obstacle] of obstacles) if (obstacle) it.skip(`by way of ${way}: skipped, ${obstacle}`);

    describe.each(Object.keys(ways).filter((way) => !obstacles.get(way)))('by way of %s', (way) => {
      const { trust = 'holder', around = () => ({}) } = ways[way] ?? {};

      it('unmounts that mount only', async () => {
        const holder = await open();
        expect(run(runner, planOf(holder, { trust }), around())).toEqual({ code: 0, stdout: '', stderr: '' });
        expect(holder.lineOf(VICTIM)).toBeUndefined();
        expect(holder.lineOf(NEIGHBOUR)).toBeDefined();
      });

      it('ends with 3 where it is busy, and leaves it mounted', async () => {
        const holder = await open(`${MOUNTS}\ncd "$1"`);
        expect(run(runner, planOf(holder, { trust }), around())).toMatchObject({
          code: 3,
          stderr: expect.stringContaining('busy'),
        });
        expect(holder.lineOf(VICTIM)).toBeDefined();
      });

      it('unmounts what is busy if it is told to do so lazily', async () => {
        const holder = await open(`${MOUNTS}\ncd "$1"`);
        expect(run(runner, planOf(holder, { trust, how: 'lazy' }), around()).code).toBe(0);
        expect(holder.lineOf(VICTIM)).toBeUndefined();
      });

      it(
        trust === 'host' ? "runs the namespace's own umount" : 'runs no program from inside the namespace',
        async () => {
          const { holder, ran } = await trap(open);
          const { code } = run(runner, planOf(holder, { trust }), around());
          if (trust === 'host') {
            // This shows that the trap works: here the sh of the double of umount runs, and the lie is found out.
            expect({ code, ran: ran() }).toEqual({ code: 3, ran: ['sh'] });
          } else {
            expect({ code, ran: ran() }).toEqual({ code: 0, ran: [] });
            expect(holder.lineOf(VICTIM)).toBeUndefined();
          }
        },
      );
    });
  });
});

/** A namespace in whose /usr/bin and /usr/sbin every program only leaves its name behind. */
async function trap(open: (setup: string, args: readonly string[]) => Promise<Holder>) {
  const [evil, witness] = [temporaryPath('evil'), temporaryPath('witness')];
  for (const directory of [evil, witness]) mkdirSync(directory);
  // Below /usr/bin nothing is left to run the programs there.
  copyFileSync(pathOf('dash') ?? '/bin/sh', `${witness}.sh`);
  const names = ['sh', 'bash', 'umount', 'umount.tmpfs', 'mount', 'nsenter', 'perl', 'python3', 'sed', 'awk', 'env'];
  const holder = await open(
    `${MOUNTS}
  cp "$(command -v sleep)" "$3/sleep"
  for name in ${names.join(' ')}; do
    printf '#!%s\\n: >%s/%s\\n' "$4.sh" "$4" "$name" >"$3/$name"
    chmod 755 "$3/$name"
  done
  mount --bind "$3" /usr/sbin
  mount --bind "$3" /usr/bin`,
    [evil, witness],
  );
  return { holder, ran: () => readdirSync(witness) };
}
