import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { ConnectionOptions } from '../../src/core/connection-options.ts';
import { applyScript, type HostScript, probeScript, undoScript } from '../../src/core/host-script.ts';
import type { Connection, Session } from '../../src/core/session.ts';
import { openConnection } from '../../src/transport/open-connection.ts';
import { standaloneText } from '../../src/transport/script-store.ts';
import { temporaryPath } from '../transport/host-scripts.ts';
import { shells } from '../transport/shells.ts';

const HERE: ConnectionOptions = {
  ...{ name: 'here', kind: 'local', address: 'localhost', port: undefined, user: undefined },
  ...{ privateKey: undefined, sshArgs: [], connectTimeout: 10, become: undefined },
};
const scripts = [
  probeScript('steps/command/probe.sh'),
  applyScript('steps/command/apply.sh'),
  undoScript('steps/command/undo.sh'),
];
const SECRET = 'hunter2SECRETtoken';
/** Looks for both secrets in all that other users can read of processes; only its own shell's words hold them. */
const LOOKS = `mine='${SECRET}-text'
case $(cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ') in *"$1"* | *"$mine"*) echo seen ;; esac
echo looked`;
const ODD = [
  'two words',
  '',
  "it's",
  "''",
  "'; id; '",
  '$(id)',
  '`id`',
  '*',
  '-n',
  'ends\n\n',
  '\\',
  '\\0101',
  'é\u0001',
];

describe.each(shells)('command under $name', ({ env }) => {
  const opened: Connection[] = [];
  afterEach(() => Promise.all(opened.splice(0).map((connection) => connection.close())));
  const connect = async (): Promise<Session> => {
    const connection = await openConnection(HERE, env);
    opened.push(connection);
    return connection.readWrite({ deadline: 20 });
  };
  const send = (host: Session, script: HostScript, args: readonly string[]) =>
    script.kind === 'probe' ? host.probe(script as never, args) : host.run(script as never, args);

  it.each(scripts)('$kind: neither the text nor an argument is in the command line of any process', async (script) => {
    const { code, stdout } = await send(await connect(), script, [LOOKS, `${SECRET}-argument`]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'looked\n' });
  });

  it('nor are they where undo.sh of the host runs it', async () => {
    const text = await standaloneText(undoScript('steps/command/undo.sh'), [LOOKS, `${SECRET}-argument`]);
    const file = temporaryPath('7.sh');
    writeFileSync(file, text);
    const { stdout } = spawnSync('sh', [file], { encoding: 'utf8', env });
    expect(stdout).toBe('looked\n');
  });

  it.each(scripts)('$kind: a program gets its arguments as they are, and a shell of its own', async (script) => {
    const host = await connect();
    const program = `printf '<%s>' "$@"; echo " $0 $#"; case $- in *u*) echo -u ;; esac; trap 'echo bye' EXIT; exit 3`;
    const { code, stdout, stderr } = await send(host, script, [program, ...ODD]);
    const shown = ODD.map((word) => `<${word}>`).join('');
    expect({ code, stdout, stderr }).toEqual({ code: 3, stdout: `${shown} sh ${ODD.length}\nbye\n`, stderr: '' });
  });

  it('a program gets no stdin, no descriptor of ours, and none of our variables and functions', async () => {
    const host = await connect();
    const program = `cat; set | grep -c -e '^words' -e '^program' -e '^nonce' -e '^mark'
      for n in 8 9; do [ ! -e "/proc/self/fd/$n" ] || echo "open: $n"; done; echo "unset: $no_such_variable"`;
    expect((await send(host, applyScript('steps/command/apply.sh'), [program])).stdout).toBe('0\nunset: \n');
  });

  it('ends as the program does: by exit, exec, a signal to itself, an error of its text', async () => {
    const host = await connect();
    const codeOf = async (program: string) =>
      (await send(host, applyScript('steps/command/apply.sh'), [program, 'x'])).code;
    expect(await codeOf('exec sh -c "exit 5"')).toBe(5);
    expect(await codeOf('exec no-such-program')).toBe(127);
    expect(await codeOf('kill -TERM $$; echo no')).toBe(143);
    expect(await codeOf('set -e; false; true')).toBe(1);
    expect(await codeOf('if')).toBe(2);
    expect(await codeOf('# nothing but words')).toBe(0);
    expect((await send(host, applyScript('steps/command/apply.sh'), ['echo still here'])).stdout).toBe('still here\n');
  });

  it('takes a program and an argument of a megabyte', async () => {
    const long = "it's ".repeat(100_000);
    const { code, stdout } = await send(await connect(), applyScript('steps/command/apply.sh'), [
      `: '${long.replaceAll("'", '')}'; printf %s "$1" | wc -c`,
      long,
    ]);
    expect({ code, size: Number(stdout) }).toEqual({ code: 0, size: long.length });
  });
});
