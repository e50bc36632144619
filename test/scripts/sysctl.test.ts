import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { describe, expect, it } from 'vitest';
import { describeWithMounts, Holder } from './mount-namespace.ts';
import { programs, runScript, type Surroundings, temporaryPath } from './programs.ts';
import { underEachShell, underEachShellAndAwk } from './shells.ts';

const NOWHERE = '/no/such/directory';

/** A directory of *.conf files. */
function directory(files: Readonly<Record<string, string>>): string {
  const path = temporaryPath('sysctl.d');
  mkdirSync(path);
  for (const [name, text] of Object.entries(files)) writeFileSync(`${path}/${name}`, text);
  return path;
}

/** A file like one below /proc/sys. */
function setting(text: string): string {
  const path = temporaryPath('setting');
  writeFileSync(path, text);
  return path;
}

describe('steps/sysctl/probe.sh', () => {
  underEachShellAndAwk((runner) => {
    const probe = (name: string, path: string, ...more: readonly string[]) =>
      runScript(runner, 'steps/sysctl/probe.sh', [name, path, ...more]);
    const boot = (name: string, ...more: readonly string[]) => {
      const { code, stdout, stderr } = probe(name, NOWHERE, ...more);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return stdout.split('\n').flatMap((line) => (line.startsWith('boot\t') ? [line.slice('boot\t'.length)] : []));
    };

    it('tells the value with single blanks, whatever is in it', () => {
      const text = '4096\t131072\t6291456\n';
      expect(probe('net/x', setting(text), NOWHERE, NOWHERE)).toEqual({
        code: 0,
        stdout: `kernel\t${release()}\nvalue\t4096 131072 6291456\n`,
        stderr: '',
      });
      expect(probe('kernel/core_pattern', setting('|/bin/* %p\n'), NOWHERE, NOWHERE).stdout).toContain(
        'value\t|/bin/* %p\n',
      );
    });

    it('names what the kernel lets nobody set', () => {
      const stdout = probe('kernel/ostype', '/proc/sys/kernel/ostype', NOWHERE, NOWHERE).stdout;
      expect(stdout).toBe(`kernel\t${release()}\nvalue\tLinux\nclosed\tthe kernel lets nobody set it\n`);
    });

    it('tells that the kernel has none', () => {
      expect(probe('x/y', NOWHERE, NOWHERE, NOWHERE).stdout).toBe(`kernel\t${release()}\nabsent\n`);
    });

    it('ends with 1 where it cannot be read', () => {
      expect(probe('x/y', directory({}), NOWHERE, NOWHERE).code).toBe(1);
    });

    it('reads files by name whatever their directory; the first directory hides a name in the others', () => {
      const [first, second] = [
        directory({ '10-a.conf': 'fs.x=1\n', '90-z.conf': 'fs.x=9\n', 'notes.txt': 'fs.x=0\n' }),
        directory({ '05-b.conf': 'fs.x=5', '10-a.conf': 'fs.x=hidden\n', '50 c.conf': 'fs.x=50\n' }),
      ];
      expect(boot('fs/x', NOWHERE, NOWHERE, first, NOWHERE, second)).toEqual([
        `${second}/05-b.conf\t5`,
        `${first}/10-a.conf\t1`,
        `${second}/50 c.conf\t50`,
        `${first}/90-z.conf\t9`,
      ]);
    });

    it('knows a name with slashes, spaces, a dash that ignores errors, and comments', () => {
      const text = '#fs.x=0\n; fs.x=0\n  -fs/x \t=\t 7  8 \r\nfs.xy=0\nfs.x 0\nafs.x=0\n';
      const file = directory({ 'a.conf': text });
      expect(boot('fs/x', NOWHERE, NOWHERE, file)).toEqual([`${file}/a.conf\t7 8`]);
    });

    it('knows an interface with a dot in its name, either way', () => {
      const file = directory({ 'a.conf': 'net.eth0/100.x=1\nnet/eth0.100/x=2\nnet.eth0.100.x=3\n' });
      expect(boot('net/eth0.100/x', NOWHERE, NOWHERE, file)).toEqual([`${file}/a.conf\t1`, `${file}/a.conf\t2`]);
    });

    it('a link to nothing hides a name: that is how one is switched off', () => {
      const first = directory({});
      symlinkSync('/dev/null', `${first}/10-a.conf`);
      expect(boot('fs/x', NOWHERE, NOWHERE, first, directory({ '10-a.conf': 'fs.x=1\n' }))).toEqual([]);
    });

    it('reads sysctl.conf last, but with systemd only where it is linked', () => {
      const [conf, systemd] = [setting('fs.x = 4\n'), directory({})];
      const linked = directory({ '10-a.conf': 'fs.x=1\n' });
      expect(boot('fs/x', conf, NOWHERE, linked)).toEqual([`${linked}/10-a.conf\t1`, `${conf}\t4`]);
      expect(boot('fs/x', conf, systemd, linked)).toEqual([`${linked}/10-a.conf\t1`]);
      symlinkSync(conf, `${linked}/99-sysctl.conf`);
      expect(boot('fs/x', conf, systemd, linked)).toEqual([`${linked}/10-a.conf\t1`, `${linked}/99-sysctl.conf\t4`]);
    });
  });
});

describe('steps/sysctl/apply.sh and undo.sh', () => {
  underEachShell((runner) => {
    const run = (script: 'apply' | 'undo', path: string, before: string, after: string, around?: Surroundings) => {
      // What a preview says of an undo is what it comes to.
      const look =
        script === 'undo' && !around && runScript(runner, 'steps/sysctl/probe-undo.sh', [path, before, after]);
      const result = runScript(runner, `steps/sysctl/${script}.sh`, [path, before, after], around);
      if (look) expect(look).toEqual(result);
      return result;
    };
    const done = { code: 0, stdout: '', stderr: '' };

    it('set it and put it back', () => {
      const path = setting('1\t2\n');
      expect(run('apply', path, '1 2', '3 4')).toEqual(done);
      expect(readFileSync(path, 'utf8')).toBe('3 4\n');
      expect(run('undo', path, '1 2', '3 4')).toEqual(done);
      expect(readFileSync(path, 'utf8')).toBe('1 2\n');
      expect(run('undo', path, '1 2', '3 4')).toEqual(done);
    });

    it('do nothing where it is something else by now', () => {
      const path = setting('7\n');
      expect(run('apply', path, '0', '1')).toEqual({ code: 9, stdout: '', stderr: `${path} is 7 by now\n` });
      expect(run('undo', path, '0', '1')).toEqual({
        code: 9,
        stdout: '',
        stderr: `${path} has been set to 7 since: kept as it is\n`,
      });
      expect(readFileSync(path, 'utf8')).toBe('7\n');
    });

    it('do nothing where it is gone', () => {
      const path = setting('0\n');
      rmSync(path);
      for (const script of ['apply', 'undo'] as const) {
        expect(run(script, path, '0', '1')).toEqual({ code: 9, stdout: '', stderr: `${path} is gone\n` });
      }
    });

    it('a value that the kernel cuts to its own: put back, and told', () => {
      const path = setting('0\n');
      const cuts = programs({ cat: 'if grep -q 99 "$1"; then echo 10; else read -r value <"$1"; echo "$value"; fi' });
      expect(run('apply', path, '0', '99', { path: [cuts] })).toEqual({
        code: 1,
        stdout: '',
        stderr: "the kernel made '10' of '99'\n",
      });
      expect(readFileSync(path, 'utf8')).toBe('0\n');
    });

    it('a value that the kernel refuses: told', () => {
      const path = '/proc/sys/kernel/ostype';
      const { code, stderr } = run('apply', path, 'Linux', 'Other');
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/\S/) });
      expect(readFileSync(path, 'utf8')).toBe('Linux\n');
    });
  });
});

describeWithMounts('steps/sysctl on a host whose /proc/sys is mounted read-only', () => {
  underEachShell((runner) => {
    it('probe.sh says so, and apply.sh sets nothing', async () => {
      const inside = await Holder.open(
        'mount --bind /proc/sys/vm /proc/sys/vm; mount -o remount,bind,ro /proc/sys/vm',
        [],
      );
      try {
        const path = '/proc/sys/vm/swappiness';
        const old = readFileSync(path, 'utf8').trim();
        const { stdout } = runScript(runner, 'steps/sysctl/probe.sh', ['vm/swappiness', path, NOWHERE, NOWHERE], {
          inside,
        });
        expect(stdout).toContain('closed\tit is on a filesystem that is mounted read-only');
        const applied = runScript(runner, 'steps/sysctl/apply.sh', [path, old, old === '7' ? '8' : '7'], { inside });
        expect(applied.code).toBe(1);
        expect(readFileSync(path, 'utf8').trim()).toBe(old);
      } finally {
        await inside.close();
      }
    });

    it('a setting that is itself mounted there, writable, can be set', async () => {
      const file = temporaryPath('swappiness');
      writeFileSync(file, '60\n');
      const inside = await Holder.open(
        `mount --bind /proc/sys/vm /proc/sys/vm; mount -o remount,bind,ro /proc/sys/vm; mount --bind ${file} /proc/sys/vm/swappiness`,
        [],
      );
      try {
        const words = ['vm/swappiness', '/proc/sys/vm/swappiness', NOWHERE, NOWHERE];
        const { stdout } = runScript(runner, 'steps/sysctl/probe.sh', words, { inside });
        expect(stdout).toBe(`kernel\t${release()}\nvalue\t60\n`);
      } finally {
        await inside.close();
      }
    });
  });
});
