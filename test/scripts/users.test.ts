import { mkdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describeWithMounts, Holder } from './mount-namespace.ts';
import { calls, programs, runScript, temporaryPath } from './programs.ts';
import { type Runner, underEachShell, underEachShellAndAwk } from './shells.ts';

const ID = 'c0ffee'.padEnd(64, '0');
const LAYER = 'facade'.padEnd(64, '1');
const OTHER = LAYER.replace(/1$/, '2');
const ROOT = `${temporaryPath('root')}/data root here`;
const ROOTFS = `${ROOT}/overlay2/${LAYER}/merged`;
const HOME = `${ROOT}/containers/${ID}`;
const AROUND = temporaryPath('around');

/** As dockerd has it: the layers of a Dead container and of another one, and a leaked copy of all mounts. */
const DOCKERD = `
  mount -t tmpfs data "$1"
  mount -t tmpfs around "$2"
  mkdir -p "$1/containers/${ID}/mounts/shm" "$1/overlay2/${LAYER}/diff/dir" "$1/overlay2/${OTHER}/diff" "$1/overlay2/${OTHER}/merged" "$2/data" "$2/more"
  mkdir -p "$1/overlay2/${LAYER}/work" "$1/overlay2/${LAYER}/merged" "$1/overlay2/${LAYER}-init/diff"
  echo precious >"$1/overlay2/${LAYER}/diff/db"; echo log >"$1/containers/${ID}/${ID}-json.log"
  cp /bin/sleep "$1/overlay2/${LAYER}/diff/program"
  cd "$1/overlay2"
  mount -t overlay overlay -o "lowerdir=${LAYER}-init/diff,upperdir=${LAYER}/diff,workdir=${LAYER}/work" "${LAYER}/merged"
  mount --bind "${OTHER}/diff" "${OTHER}/merged"
  mount -t tmpfs shm "$1/containers/${ID}/mounts/shm"
  cd /`;

describeWithMounts('docker/users.sh', () => {
  const opened: Holder[] = [];
  let dockerd: Holder;
  beforeAll(async () => {
    mkdirSync(ROOT, { recursive: true });
    mkdirSync(AROUND);
    dockerd = await Holder.open(DOCKERD, [ROOT, AROUND]);
  });
  afterEach(() => Promise.all(opened.splice(0).map((holder) => holder.close())));
  afterAll(() => dockerd.close());
  const user = async (setup: string, of = dockerd): Promise<Holder> => {
    const holder = await Holder.open(setup, [ROOT, AROUND], of);
    opened.push(holder);
    return holder;
  };
  /** The uses that are printed: namespace, pid, what, and the program's name. */
  const uses = (runner: Runner, words: readonly string[] = [ID, LAYER, ROOTFS]): string[][] => {
    const { code, stdout, stderr } = runScript(runner, 'docker/users.sh', [ROOT, ...words]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t'))
      .map(([, container = '', inode = '', pid = '', what = '', , command = '']) => {
        expect(container).toBe(ID);
        return [inode, pid, what, command];
      });
  };

  underEachShellAndAwk((runner) => {
    it("sees no use in docker's own mounts and in copies of them, in whatever namespace", async () => {
      await user('mkdir -p "$2/hostfs"; mount --rbind / "$2/hostfs"');
      expect(uses(runner)).toEqual([]);
    });

    it.each([
      ['its layer on the disk', `mount --bind "$1/overlay2/${LAYER}/diff" "$2/data"`],
      ['a folder in it', `mount --bind "$1/overlay2/${LAYER}/diff/dir" "$2/data"`],
      ['its init layer', `mount --bind "$1/overlay2/${LAYER}-init/diff" "$2/data"`],
      ['its directory', `mount --bind "$1/containers/${ID}" "$2/data"`],
      [
        "its root filesystem, where that only looks like docker's place",
        `mkdir -p "$2/data/overlay2/${LAYER}/merged"; mount --bind "$1/overlay2/${LAYER}/merged" "$2/data/overlay2/${LAYER}/merged"`,
        `data/overlay2/${LAYER}/merged`,
      ],
      ['its root filesystem', `mount --bind "$1/overlay2/${LAYER}/merged" "$2/data"`],
      ['a part of its root filesystem', `mount --bind "$1/overlay2/${LAYER}/merged/dir" "$2/data"`],
      [
        'the same, with no copy of the whole beside it',
        `mount --bind "$1/overlay2/${LAYER}/merged/dir" "$2/data"; umount "$1/overlay2/${LAYER}/merged"`,
      ],
    ])('names who has %s mounted', async (_, setup, place = 'data') => {
      const rescue = await user(setup);
      expect(uses(runner)).toEqual([[rescue.inode, String(rescue.pid), `mount ${AROUND}/${place}`, 'sleep']]);
    });

    it.each([
      ['by its whole path', `lowerdir=$1/overlay2/${LAYER}/diff:$1/overlay2/${OTHER}/diff`],
      ['from the directory of the driver', `lowerdir=${OTHER}/diff:${LAYER}/diff`],
    ])('names who has it below another overlay, %s', async (_, options) => {
      const engine = await user(`cd "$1/overlay2"; mount -t overlay other -o "${options}" "$2/data"; cd /`);
      expect(uses(runner)).toEqual([[engine.inode, String(engine.pid), `overlay ${AROUND}/data`, 'sleep']]);
    });

    it('names who has a working directory, an open file or a program there', async () => {
      const here = await user(`cd "$1/overlay2/${LAYER}/merged/dir"`);
      const writes = await user(`exec 7>>"$1/overlay2/${LAYER}/diff/db"`);
      const reads = await user(`exec 7<"$1/overlay2/${LAYER}/diff/db"`);
      const runs = await user(`exec 2>&1; "$1/overlay2/${LAYER}/diff/program" 1000 & cd /`);
      const alias = await user(`mount --rbind "$1" "$2/more"; cd "$2/more/overlay2/${LAYER}/merged/dir"`);
      const found = uses(runner);
      expect(found).toContainEqual([
        ...[alias.inode, String(alias.pid)],
        ...[`working directory ${AROUND}/more/overlay2/${LAYER}/merged/dir`, 'sleep'],
      ]);
      expect(found.filter(([, pid]) => [here, writes, reads].some((holder) => String(holder.pid) === pid))).toEqual(
        expect.arrayContaining([
          [here.inode, String(here.pid), `working directory ${ROOTFS}/dir`, 'sleep'],
          [writes.inode, String(writes.pid), `open file ${ROOT}/overlay2/${LAYER}/diff/db`, 'sleep'],
          [reads.inode, String(reads.pid), `open file ${ROOT}/overlay2/${LAYER}/diff/db`, 'sleep'],
        ]),
      );
      expect(found.filter(([inode]) => inode === runs.inode).map(([, , what]) => what)).toEqual([
        `program ${ROOT}/overlay2/${LAYER}/diff/program`,
      ]);
    });

    it('passes over the daemon of the host, and nobody who only has its name', async () => {
      const named = (as: string) =>
        `mkdir "$2/$$"; cp /bin/sleep "$2/$$/dockerd"; cd "$1/overlay2/${LAYER}/merged/dir"; ${as} "$2/$$/dockerd" 1000 & cd /`;
      await user(named(''));
      expect(uses(runner)).toEqual([]);
      const stranger = await user(named('setpriv --reuid 65534 --clear-groups'));
      expect(uses(runner).map(([inode, , what, command]) => [inode, what, command])).toEqual([
        [stranger.inode, `working directory ${ROOTFS}/dir`, 'dockerd'],
      ]);
    });

    it('minds no reader of logs, no file that is deleted, nothing of another container', async () => {
      await user(`exec 7<"$1/containers/${ID}/${ID}-json.log"`);
      await user(
        `echo x >"$1/overlay2/${LAYER}/diff/gone"; exec 7<"$1/overlay2/${LAYER}/diff/gone"; rm "$1/overlay2/${LAYER}/diff/gone"`,
      );
      await user(
        `mkdir "$1/overlay2/${LAYER}/diff/away"; mount --bind "$1/overlay2/${LAYER}/diff/away" "$2/data"; rmdir "$1/overlay2/${LAYER}/diff/away"`,
      );
      await user(`mount --bind "$1/overlay2/${OTHER}/diff" "$2/data"; cd "$1/overlay2/${OTHER}/diff"`);
      await user(
        `mkdir -p "$2/containers/${ID}" "$2/overlay2/${LAYER}"; mount --bind "$2/containers/${ID}" "$2/data"; cd "$2/overlay2/${LAYER}"`,
      );
      expect(uses(runner)).toEqual([]);
    });

    it('names who writes a file of its directory', async () => {
      const writes = await user(`exec 7>>"$1/containers/${ID}/${ID}-json.log"`);
      expect(uses(runner)).toEqual([[writes.inode, String(writes.pid), `open file ${HOME}/${ID}-json.log`, 'sleep']]);
    });
  });

  underEachShell((runner) => {
    it('knows a container without a layer, and is quick to say nothing where none is asked for', async () => {
      const rescue = await user(
        `mount --bind "$1/containers/${ID}" "$2/data"; mount --bind "$1/overlay2/${LAYER}/diff" "$2/more"`,
      );
      expect(uses(runner, [ID, '', ''])).toEqual([[rescue.inode, String(rescue.pid), `mount ${AROUND}/data`, 'sleep']]);
      expect(uses(runner, [])).toEqual([]);
    });

    it('steps/rm_dead/apply.sh looks again, and removes nothing that is in use', async () => {
      const path = programs({ docker: 'case $1 in inspect) echo true dead 0 ;; esac' });
      const remove = () => runScript(runner, 'steps/rm_dead/apply.sh', [ROOT, ID, LAYER, ROOTFS], { path: [path] });
      expect(remove()).toMatchObject({ code: 0, stderr: '' });
      const rescue = await user(`mount --bind "$1/overlay2/${LAYER}/diff" "$2/data"`);
      expect(remove()).toEqual({
        code: 9,
        stdout: '',
        stderr: `the files of container ${ID} are in use: mount ${AROUND}/data, pid ${rescue.pid} (sleep)\n`,
      });
      expect(calls(path).filter((call) => call.startsWith('docker rm'))).toEqual([`docker rm ${ID}`]);
    });
  });
});
