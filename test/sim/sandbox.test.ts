import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probeScript } from '../../src/core/host-script.ts';
import type { Connection } from '../../src/core/session.ts';
import { agentCommand, bootstrapText, remoteCommand } from '../../src/transport/bootstrap.ts';
import { agentText, guardText, textOf } from '../../src/transport/script-store.ts';
import { connect } from './connect.ts';
import { personality } from './docker/personality.ts';
import { bootFleet, type Fleet, type SimHost, simAvailable } from './fleet.ts';

const mounts = probeScript(new URL('room-mounts.sh', import.meta.url));
const NAMESPACE = { enforced: 'namespace', why: undefined };

describe.skipIf(simAvailable())("an audit's sandbox", { timeout: 120_000 }, () => {
  let fleet: Fleet;
  let host: SimHost;
  beforeAll(async () => {
    fleet = await bootFleet([{ name: 'a', personality: personality('el7-17.12-overlay2') }]);
    host = fleet.host('a');
  });
  afterAll(() => fleet.close());

  const seen = async (connection: Connection) => (await connection.readOnly({ deadline: 20 }).probe(mounts)).stdout;
  const opened = async (work: (connection: Connection) => Promise<void>) => {
    const connection = await connect(fleet, 'a', { sandboxed: true });
    expect(connection.guard).toEqual(NAMESPACE);
    await work(connection).finally(() => connection.close());
  };

  it('is made where the session’s own PATH has no sbin', async () => {
    const bootstrap = bootstrapText(await guardText(), await agentText(true), 'n');
    const { stdout } = await host.exec(
      `PATH=/usr/bin:/bin; ${remoteCommand(agentCommand(bootstrap.length, undefined))}`,
      bootstrap.toString(),
    );
    expect(stdout).toMatch(/^n machine \S+ \S+ \S+\nn ready namespace\n$/);
  });

  it('gets no mount that the host makes later, also where unshare leaves mounts shared, as util-linux 2.23 does', async () => {
    await host.tell(`cat >/usr/local/sbin/unshare <<'TEXT'
#!/bin/sh
[ "$1" = --help ] || exec /usr/bin/unshare --propagation unchanged "$@"
TEXT
chmod 755 /usr/local/sbin/unshare`);
    await opened(async (connection) => {
      await host.tell('mkdir -p /var/lib/docker/later && mount -t tmpfs later /var/lib/docker/later');
      expect(await seen(connection)).not.toMatch(/later|shared:|master:/);
    });
    await host.tell('umount /var/lib/docker/later; rmdir /var/lib/docker/later; rm /usr/local/sbin/unshare');
  });

  it('lets go of what containers have mounted before it does anything else', async () => {
    await host.tell('docker run -d --name app busybox sleep 1000');
    const paths = `awk '{ print $5 }' /proc/self/mountinfo | grep -E '[0-9a-f]{64}' | sort`;
    const before = await host.tell(paths);
    expect(before).not.toBe('');
    // The room's first own mount: what is copied by then?
    await host.tell(`cat >/usr/local/sbin/mount <<'TEXT'
#!/bin/sh
[ "$3" != tmpfs ] || [ -e /sim/state/copied ] || cat /proc/self/mountinfo >/sim/state/copied
exec /bin/mount "$@"
TEXT
chmod 755 /usr/local/sbin/mount`);
    await opened(async () => {});
    const copied = await host.tell('cat /sim/state/copied');
    await host.tell('rm /usr/local/sbin/mount /sim/state/copied');
    expect(copied).toMatch(/ \/ /);
    expect(copied).not.toMatch(/^(\S+ ){4}\S*[0-9a-f]{64}/m);
    expect(await host.tell(paths)).toBe(before);
    await host.tell('docker exec app true && docker rm -f app');
  });

  it('is not made in the mount namespace of the host', async () => {
    const { code, stderr } = await host.exec(
      `UNWEDGE_ASK=x sh -s '' /etc <<'TEXT'\n${await textOf('sandbox/enter.sh')}\nTEXT`,
    );
    expect([code, stderr]).toEqual([1, 'it has no mount namespace of its own\n']);
  });

  it('holds no volume, and nothing that a process of a container names as a data root', async () => {
    await host.tell(`mkdir -p /var/lib/docker/volumes/v/_data /opt/theirs
mount -t tmpfs theirs /opt/theirs
mount -t tmpfs v /var/lib/docker/volumes/v/_data
cp /bin/sh /opt/theirs/docker-x
unshare -p -f --kill-child /opt/theirs/docker-x -c 'read -r _; :' dockerd --data-root=/opt/theirs <>/sim/state/never >/dev/null 2>&1 &
until grep -qsx docker-x /proc/[0-9]*/comm; do :; done`);
    await opened(async (connection) => expect(await seen(connection)).not.toMatch(/_data|theirs/));
  });

  it('is gone with a job that was ended: no later probe runs elsewhere', async () => {
    await opened(async (connection) => {
      const sleeps = probeScript(new URL('room-sleep.sh', import.meta.url));
      await expect(connection.readOnly({ deadline: 1 }).probe(sleeps)).rejects.toThrow('no answer within 1 s');
      expect(await connection.readOnly({ deadline: 20 }).probe(mounts)).toMatchObject({
        ...{ code: 1, stdout: '', stderr: "the audit's sandbox is gone\n" },
      });
    });
  });
});
