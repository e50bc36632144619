import { describe, expect, it } from 'vitest';
import { runLocal } from '../../src/transport/run-local.ts';

describe('runLocal', () => {
  it('hands arguments over as they are', async () => {
    const args = ['a b', "it's", '$(id)', '', 'x\ny', '-n', '\\', '*'];
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

  it('ends it at its deadline', async () => {
    await expect(runLocal(['sleep', '60'], 1)).rejects.toThrow('sleep: ended by SIGKILL, after 1 s at most');
  });
});
