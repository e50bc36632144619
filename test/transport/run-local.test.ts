import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runLocal } from '../../src/transport/run-local.ts';

/** Every program that these tests use; neither bash nor ps is among them, on PATH or before it. */
const PROGRAMS = ['sh', 'printf', 'sleep', 'cat', 'yes', 'env'];

describe('runLocal, without bash and ps', () => {
  const dir = mkdtempSync(join(tmpdir(), 'unwedge-local-'));
  const path = process.env.PATH ?? '';
  beforeAll(() => {
    mkdirSync(join(dir, 'bin'));
    const folders = [...path.split(':'), '/usr/bin', '/bin'];
    for (const name of PROGRAMS) {
      const found = folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
      if (found !== undefined) symlinkSync(found, join(dir, 'bin', name));
    }
    process.env.PATH = join(dir, 'bin');
  });
  afterAll(() => {
    process.env.PATH = path;
    rmSync(dir, { recursive: true });
  });
  const script = (name: string, text: string): string => {
    writeFileSync(join(dir, name), text, { mode: 0o755 });
    return join(dir, name);
  };
  /** The processes that have this word among their arguments. */
  const running = (word: string): string[] =>
    readdirSync('/proc').filter((pid) => {
      if (!/^\d+$/.test(pid)) return false;
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(word);
      } catch {
        return false; // It has ended in this moment.
      }
    });
  const failure = (argv: readonly string[], deadline: number): Promise<string> =>
    runLocal(argv, deadline).then(
      (result) => `it ended: ${JSON.stringify(result)}`,
      (error: Error) => error.message,
    );

  it('hands arguments over as they are', async () => {
    const args = ['a b', "it's", '$(id)', '', 'x\ny', '-n', '\\', '*', '`id`', '"', '~', '!!', '\t', 'é'];
    expect(await runLocal(['printf', '<%s>', ...args], 10)).toEqual({
      code: 0,
      stdout: args.map((arg) => `<${arg}>`).join(''),
      stderr: '',
    });
  });

  it('gives exit code, stdout and stderr of a program that fails', async () => {
    expect(await runLocal(['sh', '-c', 'echo out; echo err >&2; exit 3'], 10)).toEqual({
      code: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  it('says 127 for a program that is not there, as a shell does', async () => {
    expect(await runLocal(['/no/such/program'], 10)).toMatchObject({
      code: 127,
      stderr: expect.stringContaining('/no/such/program'),
    });
  });

  it('names the interpreter of a script that is not on this machine', async () => {
    const file = script('bashism', '#!/no/such/bash -e\necho never\n');
    expect(await failure([file], 10)).toBe('its interpreter /no/such/bash is not on this machine');
  });

  it('says what the system said where nothing could be started', async () => {
    const tooLong = 'x'.repeat(10_000_000);
    expect(await failure(['printf', tooLong], 10)).toMatch(/^it could not be started: .*E2BIG/);
  });

  it('hands on standard input and environment, and gives an end of input where there is none', async () => {
    const words = { input: 'one line\n', env: { UNWEDGE_TRY: "it's" } };
    expect((await runLocal(['sh', '-c', 'cat; printf %s "$UNWEDGE_TRY"'], 10, words)).stdout).toBe("one line\nit's");
    expect(await runLocal(['cat'], 10)).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('ends it at its deadline with what it has started, and says so', async () => {
    const file = script('slow.sh', '#!/bin/sh\nsleep 60.0625\necho killed >&2\n');
    expect(await failure([file], 1)).toBe('not done after 1 s, so it was ended');
    await vi.waitFor(() => expect(running('60.0625')).toEqual([]), 30_000);
  });

  it('names the signal that has ended it', async () => {
    expect(await failure(['sh', '-c', 'kill -9 $$'], 10)).toBe('ended by SIGKILL');
  });

  it('does not wait for what it leaves behind', async () => {
    const { stdout } = await runLocal(['sh', '-c', 'sleep 600 & echo $!'], 300);
    process.kill(Number(stdout));
  });

  it('ends what prints without end', async () => {
    expect(await failure(['yes'], 60)).toBe('it printed more than 256 MiB, so it was ended');
  });

  it('is steered by nothing that zx takes from the environment', async () => {
    vi.stubEnv('ZX_PREFIX', 'exit 7;');
    vi.stubEnv('ZX_SHELL', '/no/such/shell');
    vi.stubEnv('ZX_CWD', '/no/such/folder');
    vi.resetModules();
    const { runLocal: again } = await import('../../src/transport/run-local.ts');
    expect(await again(['printf', 'fine'], 10)).toEqual({ code: 0, stdout: 'fine', stderr: '' });
    vi.unstubAllEnvs();
  });
});
