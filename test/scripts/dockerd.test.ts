import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statFields } from './mount-namespace.ts';
import { calls, onlyPrograms, pathOf, programs, runScript, temporaryPath } from './programs.ts';
import { underEachShell } from './shells.ts';

/** Where there is systemd there are GNU's programs, whatever the shell brings along. */
const GNU = onlyPrograms(['grep', 'date', 'base64']);

/** A shell that is called dockerd, counts the SIGHUPs it gets, and has these arguments. */
async function startDaemon(args: readonly string[]) {
  const program = `${programs({})}/dockerd`;
  copyFileSync(pathOf('dash') ?? pathOf('bash') ?? '/bin/sh', program);
  const hups = temporaryPath('hups');
  const text = `trap 'echo HUP >>${hups}' HUP; echo ready; while :; do sleep 1000 & wait; done`;
  const child = spawn(program, ['-c', text, ...args], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  await once(createInterface({ input: child.stdout }), 'line');
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} could not be started`);
  return {
    program,
    pid: String(pid),
    start: statFields(pid)[19] ?? '',
    hups,
    end: () => process.kill(-pid, 'SIGKILL'),
  };
}

describe('docker/dockerd.sh', () => {
  const args = ['dockerd', '--live-restore', '-H', 'fd://', '--data-root=/x y'];
  let daemon: Awaited<ReturnType<typeof startDaemon>>;
  beforeAll(async () => {
    daemon = await startDaemon(args);
  });
  afterAll(() => daemon.end());

  const systemctl = (pid: string) => programs({ systemctl: `printf 'MainPID=0\\n\\nMainPID=%s\\n' ${pid}` });
  const docker = (text: string) => programs({ docker: text });
  const knows = `case $3 in *Live*) echo true ;; *Swarm*) echo inactive ;; esac`;

  underEachShell((runner) => {
    const look = (path: readonly string[]) => {
      const { code, stdout, stderr } = runScript(runner, 'docker/dockerd.sh', [], { path: [...path, GNU] });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return stdout.trimEnd().split('\n');
    };

    it('tells the process, its program and words, and what it tells of itself', () => {
      expect(look([systemctl(daemon.pid), docker(knows)])).toEqual([
        `pid\t${daemon.pid}\t${daemon.start}`,
        `program\t${daemon.program}`,
        'argument\t-c',
        expect.stringMatching(/^argument\ttrap /),
        ...args.map((word) => `argument\t${word}`),
        'live_restore\ttrue',
        'swarm\tinactive',
      ]);
    });

    it('reads the text that a docker without info -f prints, indented or not', () => {
      const old = "[ $# -eq 1 ] || exit 1; printf 'Swarm: active\\n NodeID: x\\n Live Restore Enabled: false\\n'";
      expect(look([systemctl(daemon.pid), docker(old)]).slice(-2)).toEqual(['live_restore\tfalse', 'swarm\tactive']);
    });

    it('tells only the program where the daemon does not answer', () => {
      const rows = look([systemctl(daemon.pid), docker('exit 1')]);
      expect(rows.filter((row) => /^(live_restore|swarm)/.test(row))).toEqual([]);
    });

    it('asks nothing where no daemon runs, or the pid is a stranger’s: a socket would start one', () => {
      for (const pid of ['0', String(process.pid)]) {
        const client = docker(knows);
        const rows = look([systemctl(pid), client, programs({ dockerd: '' })]);
        expect(rows).toEqual([expect.stringMatching(/^program\t(.*\/)?dockerd$/)]);
        expect(calls(client)).toEqual([]);
      }
    });
  });
});

/** A clock of its own, which only sleep moves. */
const clock = {
  cut: 'case "$*" in *uptime) cat "$here/now" 2>/dev/null || echo 0 ;; *) PATH=/usr/bin:/bin exec cut "$@" ;; esac',
  sleep: 'echo $(($(cat "$here/now" 2>/dev/null || echo 0) + $1)) >"$here/now"',
  journalctl: "echo 'level=info msg=x'; echo 'level=error msg=reason'",
};

describe('steps/dockerd_reload/apply.sh', () => {
  underEachShell((runner) => {
    const reload = async (doubles: Readonly<Record<string, string>>, start?: string) => {
      const daemon = await startDaemon([]);
      try {
        const path = programs({ docker: `test -s ${daemon.hups} && echo true || echo false`, ...doubles });
        const words = [daemon.pid, start ?? daemon.start, 'true', '30'];
        const result = runScript(runner, 'steps/dockerd_reload/apply.sh', words, { path: [path] });
        return { ...result, asked: calls(path) };
      } finally {
        daemon.end();
      }
    };

    it('signals the daemon, and waits until it tells the new value', async () => {
      expect(await reload({})).toMatchObject({ code: 0, stdout: '', stderr: '' });
    });

    it('ends with 1 and the daemon’s words where it does not come', async () => {
      expect(await reload({ ...clock, docker: 'echo false' })).toMatchObject({
        code: 1,
        stderr: 'dockerd does not say that live-restore is true; its last words:\nlevel=error msg=reason\n',
      });
    });

    it('signals no other process', async () => {
      const { code, stderr, asked } = await reload({}, '1');
      expect({ code, stderr, asked }).toEqual({
        code: 9,
        stderr: expect.stringMatching(/^dockerd \(pid \d+\) has ended\n$/),
        asked: [],
      });
    });
  });
});

describe('steps/dockerd_reload/apply-back.sh', () => {
  underEachShell((runner) => {
    /** A dockerd that takes what its file says at each HUP, and keeps what it has where that says nothing. */
    const takeBack = async (text: string | undefined, has: string, info = ':', was = 'false') => {
      const daemon = await startDaemon([]);
      const file = temporaryPath('daemon.json');
      if (text !== undefined) writeFileSync(file, text, { mode: 0o640 });
      const said = `grep -qs '"live-restore": *false' ${file} && echo false >"$here/has"; cp ${file} "$here/read" 2>/dev/null`;
      const path = programs({
        systemctl: `echo MainPID=${daemon.pid}`,
        docker: `${info}; [ ! -s ${daemon.hups} ] || { ${said}; }; cat "$here/has"`,
        ...clock,
      });
      writeFileSync(`${path}/has`, `${has}\n`);
      try {
        const result = runScript(runner, 'steps/dockerd_reload/apply-back.sh', [file, was, '30'], { path: [path] });
        const now = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
        const left = readdirSync(dirname(file)).filter((name) => name.startsWith('.unwedge'));
        const read = existsSync(`${path}/read`) ? readFileSync(`${path}/read`, 'utf8') : undefined;
        return { ...result, now, left, read, hups: existsSync(daemon.hups) };
      } finally {
        daemon.end();
      }
    };

    it.each([
      ['{}\n', '{"live-restore": false}\n'],
      ['', '{"live-restore": false}\n'],
      [undefined, '{"live-restore": false}\n'],
      ['{\n  "debug": true\n}\n', '{"live-restore": false,\n  "debug": true\n}\n'],
    ])('a file that says nothing says it for the moment, then is as it was: %j', async (text, read) => {
      expect(await takeBack(text, 'true')).toEqual({
        ...{ code: 0, stdout: '', stderr: '', now: text, left: [], read, hups: true },
      });
    });

    it('a file that says it needs a reload only', async () => {
      const text = '{"debug": true, "live-restore" : false}';
      expect(await takeBack(text.replace(' :', ':'), 'true')).toMatchObject({ code: 0, read: text.replace(' :', ':') });
    });

    it('does nothing where dockerd is so already', async () => {
      expect(await takeBack('{}', 'false')).toMatchObject({ code: 0, now: '{}', hups: false });
    });

    it('puts the file back also where the reload fails', async () => {
      expect(await takeBack('{}', 'true', 'echo true; exit')).toMatchObject({
        ...{
          code: 1,
          now: '{}',
          left: [],
          stderr: expect.stringContaining('dockerd does not say that live-restore is false'),
        },
      });
    });
  });
});

describe('docker/unknown-options.sh', () => {
  const program = temporaryPath('dockerd');
  writeFileSync(program, Buffer.concat([Buffer.from([0, 1, 0xff]), Buffer.from('live-restore\0data-root\0a.b\0')]));

  underEachShell((runner) => {
    const options = (file: string, args: readonly string[]) =>
      runScript(runner, 'docker/unknown-options.sh', [file, ...args], { path: [GNU] });

    it('tells the options that stand nowhere in the program, letter by letter', () => {
      const args = ['live-restore', 'no-such', 'data-root', '-n', 'a.b', 'a_b', 'da.a-root', 'two words'];
      expect(options(program, args)).toEqual({
        code: 0,
        stdout: 'no-such\n-n\na_b\nda.a-root\ntwo words\n',
        stderr: '',
      });
      expect(options(program, [])).toEqual({ code: 0, stdout: '', stderr: '' });
    });

    it('ends with 1 where the program cannot be read', () => {
      expect(options('/no/such', ['x'])).toEqual({ code: 1, stdout: '', stderr: 'cannot read /no/such\n' });
    });
  });
});

describe('docker/validate-config.sh', () => {
  const text = '{"a": "é\\n$(id)"}\n';

  underEachShell((runner) => {
    const validity = (dockerd: string) => {
      const path = programs({ dockerd });
      const words = [`${path}/dockerd`, Buffer.from(text).toString('base64')];
      const result = runScript(runner, 'docker/validate-config.sh', words, { path: [GNU] });
      return { ...result, did: calls(path), path };
    };
    const knows = (then: string) => `case $1 in --help) echo '  --validate  Validate' ;; *) ${then} ;; esac`;
    const asked = ['dockerd --help', 'dockerd --validate --config-file /dev/stdin'];

    it('hands a dockerd that can tell the very bytes, and takes its answer', () => {
      const { path, ...took } = validity(knows('cat "$3" >"$here/got"; echo configuration OK'));
      expect(took).toEqual({ code: 0, stdout: '', stderr: '', did: asked });
      expect(readFileSync(`${path}/got`, 'utf8')).toBe(text);
      expect(validity(knows('cat >/dev/null; echo unable to configure >&2; exit 1'))).toMatchObject({
        code: 1,
        stdout: '',
        stderr: 'unable to configure\n',
        did: asked,
      });
    });

    it('never runs one that cannot: it would start', () => {
      expect(validity("echo '  --debug'")).toMatchObject({ code: 0, stdout: '', stderr: '', did: ['dockerd --help'] });
      expect(validity('exit 125').code).toBe(0);
    });
  });
});
