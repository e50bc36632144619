import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ConnectionOptions } from '../../src/core/connection-options.ts';
import { openConnection } from '../../src/transport/open-connection.ts';
import { temporaryPath } from './host-scripts.ts';

const local: ConnectionOptions = {
  ...{ name: 'bsd1', kind: 'local', address: '', port: undefined, user: undefined, privateKey: undefined },
  ...{ sshArgs: [], connectTimeout: 20, become: undefined },
};

/** This machine with programs of another system before its own. */
function withPrograms(programs: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const directory = temporaryPath('other-system');
  mkdirSync(directory);
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(`${directory}/${name}`, `#!/bin/sh\n${text}\n`);
    chmodSync(`${directory}/${name}`, 0o755);
  }
  return { ...process.env, PATH: `${directory}:${process.env.PATH}` };
}

const uname = (name: string): string => `echo ${name}`;
/** As OpenBSD, NetBSD and Solaris have it. */
const dd = 'echo "dd: unknown operand iflag" >&2; exit 1';

describe('a host that does not run Linux', () => {
  it.each([
    ['whose dd is like ours', { uname: uname('FreeBSD') }, 'the host runs FreeBSD, not Linux'],
    ['whose dd lacks what ours has', { dd, uname: uname('OpenBSD') }, 'the host runs OpenBSD, not Linux'],
  ])('%s is named by its uname, and left alone', async (_, programs, message) => {
    await expect(openConnection(local, withPrograms(programs))).rejects.toMatchObject({
      failure: 'unreachable',
      message,
      todo: "unwedge works on Linux hosts only; leave it out: -l 'all:!bsd1'",
    });
  });

  it('is not one with an old dd', async () => {
    await expect(openConnection(local, withPrograms({ dd }))).rejects.toMatchObject({
      message: 'the host has no dd that knows iflag=fullblock',
    });
  });

  it('is not one without uname', async () => {
    const connection = await openConnection(local, withPrograms({ uname: 'exit 127' }));
    await connection.close();
  });
});
