import { afterEach, describe, expect, it } from 'vitest';
import { describeWithMounts, Holder } from './mount-namespace.ts';
import { calls, programs, runScript } from './programs.ts';
import { underEachShell, underEachShellAndAwk } from './shells.ts';

const ID = 'c0ffee'.padEnd(64, '0');

describe('steps/rm_dead/apply.sh', () => {
  underEachShell((runner) => {
    const remove = (state: string, rm = 'echo "$2"', ps = ':') => {
      const path = programs({ docker: `case $1 in inspect) ${state} ;; rm) ${rm} ;; ps) ${ps} ;; esac` });
      const result = runScript(runner, 'steps/rm_dead/apply.sh', ['/var/lib/docker', ID, '', ''], { path: [path] });
      return { ...result, removals: calls(path).filter((call) => call.startsWith('docker rm')) };
    };

    it('removes a Dead container by its full id, with no flag', () => {
      const removals = [`docker rm ${ID}`];
      expect(remove('echo true dead 0')).toEqual({ code: 0, stdout: '', stderr: '', removals });
    });

    it.each([
      ['echo false running 4711', 'false running 4711'],
      ['echo true removing 0', 'true removing 0'],
      ['echo false exited 0', 'false exited 0'],
      ['echo Error: No such container >&2; exit 1', 'Error: No such container'],
    ])('does nothing where docker says: %s', (state, says) => {
      const stderr = `container ${ID} is no longer Dead: ${says}\n`;
      expect(remove(state)).toEqual({ code: 9, stdout: '', stderr, removals: [] });
    });

    it('tells that the daemon hangs, and removes nothing', () => {
      const { code, stderr, removals } = remove('exit 124');
      expect({ code, stderr, removals }).toEqual({ code: 1, stderr: expect.stringContaining('hangs'), removals: [] });
    });

    it('removes what docker ps calls Dead where inspect refuses it, as up to 1.12 it may', () => {
      expect(remove('exit 1', 'echo "$2"', `echo ${ID}`)).toMatchObject({ code: 0, removals: [`docker rm ${ID}`] });
    });

    it.each([
      ['ends with 3 where it is still Dead', 'echo true dead 0', 3],
      [
        'ends with 1 where that is not known',
        '[ ! -e "$here/asked" ] || exit 1; : >"$here/asked"; echo true dead 0',
        1,
      ],
    ])('%s after docker refused, with its words', (_, state, code) => {
      const refused = remove(state, "printf '%s\\n' 'Error: 100% \\busy' >&2; exit 125");
      expect(refused).toMatchObject({ code, stderr: 'Error: 100% \\busy\n' });
    });
  });
});

describeWithMounts('steps/daemon_reload', () => {
  const opened: Holder[] = [];
  afterEach(() => Promise.all(opened.splice(0).map((holder) => holder.close())));
  /** A machine with these drop-ins of x.service below /etc and /run. */
  const machine = async (files: string): Promise<Holder> => {
    const holder = await Holder.open(
      `for directory in /etc /run; do
        mount -t tmpfs x $directory
        mkdir -p "$directory/systemd/system/x.service.d"
        cd "$directory/systemd/system/x.service.d"
        ${files}
      done`,
      [],
    );
    opened.push(holder);
    return holder;
  };
  const ETC = '/etc/systemd/system/x.service.d';
  const RUN = '/run/systemd/system/x.service.d';

  // With an awk of its own: the machine's may be a link into /etc, which is covered here.
  underEachShellAndAwk((runner) => {
    const probe = (inside: Holder, need: 'yes' | 'no', dropins: readonly string[]) => {
      const systemctl = programs({
        systemctl: `printf '%s\\n' NeedDaemonReload=${need} 'DropInPaths=${dropins.join(' ')}'`,
      });
      return runScript(runner, 'steps/daemon_reload/probe.sh', ['x.service'], { inside, path: [systemctl] });
    };

    it('says nothing where systemd has read all', async () => {
      const holder = await machine('echo x >a.conf; echo x >b.conf; : >empty.conf; echo x >note.txt');
      const loaded = [ETC, RUN].flatMap((directory) => [`${directory}/a.conf`, `${directory}/b.conf`]);
      expect(probe(holder, 'no', loaded)).toEqual({ code: 0, stdout: '', stderr: '' });
    });

    it('says what systemd has not read, what it read that is gone, and what it knows itself', async () => {
      const holder = await machine('echo x >a.conf; echo x >b.conf');
      const { code, stdout } = probe(holder, 'yes', [`${ETC}/a.conf`, `${RUN}/a.conf`, `${ETC}/gone.conf`]);
      expect({ code, lines: stdout.trimEnd().split('\n') }).toEqual({
        code: 0,
        lines: [
          'systemd says so',
          `${ETC}/b.conf is not loaded`,
          `${RUN}/b.conf is not loaded`,
          `${ETC}/gone.conf is gone`,
        ],
      });
    });

    it.each([
      ['in quotes, as systemd 252 and later print it', `"${ETC}/my drop.conf"`],
      ['bare, as systemd 219 prints it', `${ETC}/my drop.conf`],
    ])('knows a drop-in whose name has a blank: %s', async (_, printed) => {
      const holder = await machine('echo x >"my drop.conf"; echo x >a.conf');
      const loaded = [printed, `${ETC}/a.conf`, `"${RUN}/my drop.conf"`, `${RUN}/a.conf`];
      expect(probe(holder, 'no', loaded)).toEqual({ code: 0, stdout: '', stderr: '' });
      expect(probe(holder, 'no', loaded.slice(1)).stdout).toBe(`${ETC}/my drop.conf is not loaded\n`);
    });

    it('says nothing of a unit without drop-ins', async () => {
      expect(probe(await machine(':'), 'no', [])).toEqual({ code: 0, stdout: '', stderr: '' });
    });

    it('both scripts end as systemctl does', async () => {
      const path = programs({ systemctl: 'echo no systemd here >&2; exit 7' });
      for (const script of ['probe', 'apply']) {
        const result = runScript(runner, `steps/daemon_reload/${script}.sh`, ['x.service'], { path: [path] });
        expect(result).toEqual({ code: 7, stdout: '', stderr: 'no systemd here\n' });
      }
      expect(calls(path).at(-1)).toBe('systemctl daemon-reload');
    });
  });
});

describe('steps/command', () => {
  const odd = ['two words', '', "it's", '$(id)', '*', '-n', 'line\nbreak', '\\'];

  underEachShell((runner) => {
    it.each(['probe', 'apply', 'undo'])('%s.sh hands the arguments to the program as they are', (script) => {
      const args = ['printf "<%s>" "$@"; exit 3', ...odd];
      const stdout = odd.map((word) => `<${word}>`).join('');
      expect(runScript(runner, `steps/command/${script}.sh`, args)).toEqual({ code: 3, stdout, stderr: '' });
    });

    it('ends as a program does that is ended by a signal or does not exist', () => {
      expect(runScript(runner, 'steps/command/apply.sh', ['exec no-such-program']).code).toBe(127);
      expect(runScript(runner, 'steps/command/apply.sh', ['(kill -TERM $$); sleep 9']).code).toBe(143);
    });
  });
});
