import { afterEach, describe, expect, it } from 'vitest';
import type { ConnectionOptions } from '../../src/core/connection-options.ts';
import { applyScript } from '../../src/core/host-script.ts';
import type { Connection } from '../../src/core/session.ts';
import { bootstrapText } from '../../src/transport/bootstrap.ts';
import { encodeRequest } from '../../src/transport/framing.ts';
import { HostProcess } from '../../src/transport/host-process.ts';
import { openConnection } from '../../src/transport/open-connection.ts';
import { agentText, guardText, scriptText } from '../../src/transport/script-store.ts';
import { holdsLifeLine, holdsLifeLineDespiteTerm, LifeLine, probe } from './host-scripts.ts';
import { shells } from './shells.ts';

const LOCAL: ConnectionOptions = {
  name: 'here',
  kind: 'local',
  address: 'localhost',
  port: undefined,
  user: undefined,
  privateKey: undefined,
  sshArgs: [],
  connectTimeout: 10,
  become: undefined,
};
const AWKWARD = [
  ...[
    '',
    ' ',
    'two words',
    "it's",
    '"',
    '$(id)',
    '`id`',
    '$HOME',
    '\\',
    '\\n',
    '\\\\',
    '|',
    'a|b|',
    '-n',
    '--',
    '*',
    '~',
    '%s%n',
    '!!',
    '#',
  ],
  ...[
    '\n',
    'ends with newline\n\n',
    '\tx\r',
    '\u0001\u007f',
    'zażółć 日本 🐳',
    '\\0101',
    '\\c',
    "'; id; '",
    'a=b',
    '\u0080\u0081\u0088',
  ],
];
const printArguments = `[ $# -eq 0 ] || printf '<%s>\\n' "$@"`;
const shown = (args: readonly string[]): string => args.map((arg) => `<${arg}>\n`).join('');

/** The agent without a controller, with the nonce n. */
async function rawAgent(env: NodeJS.ProcessEnv) {
  const text = bootstrapText(await guardText(), await agentText(false), 'n').toString();
  const process = new HostProcess(['sh', '-c', 'eval "$TEXT"'], { ...env, TEXT: text });
  let said = '';
  let heard: () => void = () => {};
  const hears = async (word: string): Promise<void> => {
    while (!said.includes(word))
      await new Promise<void>((resolve) => {
        heard = resolve;
      });
  };
  process.listen({
    stdout: (chunk) => {
      said += chunk.toString();
      heard();
    },
    stderr: () => {},
  });
  return { process, hears, said: () => said };
}

describe.each(shells)('agent.sh under $name', ({ env }) => {
  const opened: Connection[] = [];
  const connect = async (): Promise<Connection> => {
    const connection = await openConnection(LOCAL, env);
    opened.push(connection);
    return connection;
  };
  const session = async (deadline = 20) => (await connect()).readOnly({ deadline });
  afterEach(() => Promise.all(opened.splice(0).map((connection) => connection.close())));

  it('hands every awkward argument over as it is', async () => {
    const host = await session();
    const script = probe(printArguments);
    expect(await host.probe(script, AWKWARD)).toEqual({
      code: 0,
      stdout: shown(AWKWARD),
      stderr: '',
      truncated: false,
    });
    for (const args of [[], [''], ['', ''], ['last\n']])
      expect((await host.probe(script, args)).stdout).toBe(shown(args));
  });

  it('keeps stdout, stderr and the exit code apart, to the byte', async () => {
    const host = await session();
    expect(await host.probe(probe(`printf 'no newline'; printf 'E\\n' >&2; exit 7`))).toEqual({
      code: 7,
      stdout: 'no newline',
      stderr: 'E\n',
      truncated: false,
    });
  });

  it('bears NUL and bytes that are not UTF-8', async () => {
    const host = await session();
    expect((await host.probe(probe(`printf 'a\\000b\\377c'`))).stdout).toBe('a\0b\ufffdc');
  });

  it('names the line of the file in a message of the shell', async () => {
    const host = await session();
    // busybox counts an eval's lines from 0.
    const { code, stderr } = await host.probe(probe('set -u\n# a comment\nno-such-program; exit 5'), ['x']);
    expect({ code, stderr }).toEqual({
      code: 5,
      stderr: expect.stringMatching(/\b(4|eval: line 3): .*no-such-program/),
    });
  });

  it('leaves nothing of itself to the script: no variables, no stdin, no working directory', async () => {
    const host = await session();
    // The tests' own: a place for the host's journals, the level, the seed, a folder.
    const script = probe(
      `set | grep -Ev '^UNWEDGE_(HOST_DIR|LEVEL|SEED|TEST_DIR)=' | grep -ci '^unwedge'; tr '\\0' '\\n' </proc/self/environ | grep -c UNWEDGE; cat; pwd; echo "$0 $LC_ALL"; umask`,
    );
    expect((await host.probe(script, ['x'])).stdout).toBe('0\n0\n/\nunwedge C\n0022\n');
  });

  it('shows neither script text nor arguments in any command line', async () => {
    const host = await session();
    const args = ['argument-that-nobody-may-see'];
    const { stdout } = await host.probe(
      probe(`: text-that-nobody-may-see; cat /proc/[0-9]*/cmdline 2>/dev/null; echo; echo "$1"`),
      args,
    );
    expect(stdout.match(/(argument|text)-that-nobody-may-see/g)).toEqual(args);
    expect(stdout).toContain('eval "$UNWEDGE_AGENT"');
  });

  it('runs many scripts, each sent once, in the order of the calls', async () => {
    const host = await session();
    const scripts = ['echo a "$1"', 'echo b "$1"', `echo ${'long '.repeat(4000)}`].map(probe);
    const calls = [0, 1, 0, 2, 1, 0].map((i, n) => host.probe(scripts[i] ?? probe('exit 9'), [String(n)]));
    const said = (await Promise.all(calls)).map(({ stdout }) => stdout.slice(0, 4).trim());
    expect(said).toEqual(['a 0', 'b 1', 'a 2', 'long', 'b 4', 'a 5']);
  });

  it('ends the whole group at the deadline and stays usable', async () => {
    const line = new LifeLine();
    const connection = await connect();
    const slow = connection.readOnly({ deadline: 1 }).probe(probe(holdsLifeLine), [line.path]);
    await expect(slow).rejects.toMatchObject({
      failure: 'deadline',
      message: expect.stringMatching(/^no answer within 1 s; it was doing .*probe.sh/),
    });
    await line.ended;
    expect((await connection.readOnly({ deadline: 9 }).probe(probe('echo still here'))).stdout).toBe('still here\n');
  });

  it('does not take exit code 124 of a program for its own deadline', async () => {
    const host = await session();
    expect((await host.probe(probe('exit 124'))).code).toBe(124);
  });

  it('cancel() ends the group, rejects what waits, and leaves the connection usable', async () => {
    const line = new LifeLine();
    const connection = await connect();
    const host = connection.readOnly({ deadline: 60 });
    const [running, waiting] = [host.probe(probe(holdsLifeLine), [line.path]), host.probe(probe('echo never'))];
    await line.begun;
    connection.cancel();
    await expect(running).rejects.toMatchObject({ failure: 'cancelled' });
    await expect(waiting).rejects.toMatchObject({ failure: 'cancelled' });
    await line.ended;
    expect((await host.probe(probe('echo again'))).stdout).toBe('again\n');
  });

  it('close() ends what is in flight on the host, and later requests are refused as lost', async () => {
    const line = new LifeLine();
    const connection = await connect();
    const host = connection.readOnly({ deadline: 60 });
    const running = host.probe(probe(holdsLifeLine), [line.path]);
    await line.begun;
    await Promise.all([
      connection.close(),
      expect(running).rejects.toMatchObject({ failure: 'cancelled' }),
      line.ended,
    ]);
    await expect(host.probe(probe('echo never'))).rejects.toMatchObject({ failure: 'lost' });
  });

  it('says nothing of its own on stderr, whatever it had to limit and end before', async () => {
    const connection = await connect();
    const echo = async (deadline: number) => connection.readOnly({ deadline }).probe(probe('echo out; echo err >&2'));
    const quiet = { code: 0, stdout: 'out\n', stderr: 'err\n', truncated: false };
    for (const deadline of [5, 100, 1000]) expect(await echo(deadline)).toEqual(quiet);
    await connection
      .readOnly({ deadline: 0.1 })
      .probe(probe('sleep 60 & sleep 60'))
      .catch(() => {});
    for (const deadline of [5, 2000]) expect(await echo(deadline)).toEqual(quiet);
  });

  it('lets a script clean up by its own traps', async () => {
    const host = await session();
    const script = probe("trap 'echo cleaned >&2' EXIT; exit 3");
    expect(await host.probe(script)).toMatchObject({ code: 3, stderr: 'cleaned\n' });
  });

  it('ends with the connection what a step has left running', async () => {
    const line = new LifeLine();
    const connection = await connect();
    const started = connection
      .readOnly({ deadline: 9 })
      .probe(probe(`(trap '' TERM; exec 9>"$1"; echo begun >&9; sleep 1000) >/dev/null 2>&1 &`), [line.path]);
    expect((await started).code).toBe(0);
    await line.begun;
    await Promise.all([connection.close(), line.ended]);
  });

  it('ends all at its own limit where the controller is not heard', async () => {
    const line = new LifeLine();
    const host = await rawAgent(env);
    const text = await scriptText(probe(holdsLifeLineDespiteTerm));
    host.process.write(encodeRequest('n', { seq: 1, script: 0, limit: 1, args: [line.path], text }));
    await line.begun;
    await line.ended;
    expect(await host.process.ended).toEqual({ code: 137, signal: null });
  });

  it('takes no request without the nonce, and no half of one', async () => {
    const host = await rawAgent(env);
    const request = (nonce: string, seq: number) =>
      encodeRequest(nonce, { seq, script: 0, limit: 9, args: [], text: `echo ran ${seq}` });
    host.process.write(request('other', 1));
    host.process.write(request('n', 2));
    await host.hears('n end 2');
    host.process.write(request('n', 3).subarray(0, -2));
    host.process.closeInput();
    await host.process.ended;
    expect(host.said()).toMatch(/^n machine \S+ \S+ \S+\nn ready\nran 2\nn end 2 0 \n$/);
  });

  it('drops output beyond the caps and says so', async () => {
    const host = await session();
    const { stdout, truncated, code } = await host.probe(probe('dd if=/dev/zero bs=65536 count=200 2>/dev/null'));
    expect({ length: stdout.length, truncated, code }).toEqual({ length: 8 * 1024 * 1024, truncated: true, code: 0 });
    const noisy = await host.probe(probe('dd if=/dev/zero bs=65536 count=2 >&2; echo out'));
    expect(noisy).toMatchObject({ stdout: 'out\n', truncated: true });
  });
});

it.concurrent.each(shells)('agent.sh under $name kills what ignores SIGTERM', async ({ env }) => {
  const line = new LifeLine();
  const connection = await openConnection(LOCAL, env);
  const running = connection.readOnly({ deadline: 60 }).probe(probe(holdsLifeLineDespiteTerm), [line.path]);
  await line.begun;
  connection.cancel();
  await expect(running).rejects.toMatchObject({ failure: 'cancelled' });
  await line.ended;
  await connection.close();
});

describe('a session', () => {
  it('takes only scripts of its kinds', async () => {
    const connection = await openConnection(LOCAL);
    const smuggled = { ...probe('echo x'), kind: 'apply' } as unknown as ReturnType<typeof probe>;
    const readOnly = connection.readOnly({ deadline: 5 });
    await expect(readOnly.probe(smuggled)).rejects.toMatchObject({ failure: 'refused' });
    expect(Object.keys(readOnly)).not.toContain('run');
    const applied = connection.readWrite({ deadline: 5 }).run(applyScript(smuggled.path));
    expect((await applied).stdout).toBe('x\n');
    await connection.close();
  });

  it('refuses what cannot be sent, and goes on', async () => {
    const connection = await openConnection(LOCAL);
    const host = connection.readOnly({ deadline: 5 });
    await expect(host.probe(probe(''), ['a\0b'])).rejects.toMatchObject({ failure: 'refused' });
    expect((await host.probe(probe(`echo \${#1}\n${': long\n'.repeat(20_000)}`), ['x'.repeat(200_000)])).stdout).toBe(
      '200000\n',
    );
    await expect(host.probe({ kind: 'probe', path: '/no/such/script.sh' })).rejects.toThrow('ENOENT');
    await connection.close();
  });
});
