import { afterEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/event.ts';
import { createReporter } from '../../src/reporters/index.ts';
import { simAvailable } from '../sim/available.ts';
import { created, DEAD, died, EVIL, OTHER, ROOT, rootfsOf, Stage, shmOf } from './stage.ts';

const opened: Stage[] = [];
const stage = async (program: string): Promise<Stage> => {
  const made = await Stage.open(program);
  opened.push(made);
  return made;
};
afterEach(() => Promise.all(opened.splice(0).map((made) => made.close())));

/** Programs of the host's that are taken away, so that another way into a namespace is taken. */
const without = {
  perl: 'printf "#!/bin/sh\\n. /s/swap\\necho riscv64\\n" >/usr/local/bin/uname; chmod 755 /usr/local/bin/uname',
  python: 'for p in /usr/bin/python*; do mount --bind /etc/passwd "$p"; done',
};
const ways: Record<string, string> = {
  perl: 'printf "#!/bin/sh\\n. /s/swap\\nexec /usr/bin/uname \\"\\$@\\"\\n" >/usr/local/bin/uname; chmod 755 /usr/local/bin/uname',
  python: without.perl,
  'umount -N': `${without.perl}; ${without.python}
    printf '#!/bin/sh\\n[ "$1" != --help ] || . /s/swap\\nexec /usr/bin/umount "$@"\\n' >/usr/local/bin/umount; chmod 755 /usr/local/bin/umount`,
};

/** A holder that shares /data with the host, and has all of the host in a directory that it can rename: /evil/srv. */
const swapper = `
  mkdir /evil; mkdir -p /data; mount -t tmpfs data /data; mkdir /data/disk; mount -t tmpfs disk /data/disk
  ${created(DEAD, 'stuck')}
  holder evil host unchanged app /docker/${EVIL}
  within evil mount --make-private /
  within evil mount -t tmpfs evil /evil
  within evil sh -c 'mkdir -p /evil/srv/host /evil/decoy/host${ROOT}/containers/${DEAD}/mounts'
  within evil mount --rbind / /evil/srv/host
  within evil mount --make-rprivate /evil/srv/host
  within evil umount ${shmOf(DEAD)} ${rootfsOf(DEAD)}
  within evil ln -s /data/disk /evil/decoy/host${shmOf(DEAD)}
  ${died(DEAD)}`;
/** What the hostile one does at the last moment; it waits for a program that the script runs before its umount. */
const swap = `echo "nsenter -t $ns_evil -m -- sh -c '[ -L /evil/srv ] || { mv /evil/srv /evil/was; ln -s decoy /evil/srv; echo swapped >/data/swapped; }'" >/s/swap`;

describe.skipIf(simAvailable())('a hostile container', { timeout: 120_000 }, () => {
  describe.each(Object.keys(ways))(
    'that swaps a directory for a symbolic link at the last moment, by way of %s',
    (way) => {
      it('leads no umount elsewhere', async () => {
        const host = await stage(`${swapper}\n${swap}\n${ways[way]}`);
        const before = await host.mountpointsOf('host');
        await host.run();
        expect(host.host.read('/data/swapped')).toBe('swapped\n');
        expect((await host.mountpointsOf('host')).filter((point) => point.startsWith('/data'))).toEqual([
          '/data',
          '/data/disk',
        ]);
        expect(await host.mountpointsOf('host')).toEqual(before);
        expect(await host.mountpointsOf('evil')).toContain('/data/disk');
      });
    },
  );

  it('gets none of its own programs run', async () => {
    const names = [
      'umount',
      'sh',
      'nsenter',
      'sleep',
      'perl',
      'python3',
      'mount',
      'env',
      'sed',
      'awk',
      'uname',
      'umount.tmpfs',
    ];
    const host = await stage(`
      ${created(DEAD, 'stuck')}
      ${created(EVIL, 'evil')}
      rootfs=${rootfsOf(EVIL)}
      mkdir -p "$rootfs/sbin" /trap
      for file in $(ldd /bin/sh | grep -o '/[^ ]*'); do mkdir -p "$rootfs\${file%/*}"; cp "$file" "$rootfs$file"; done
      cp /bin/sh "$rootfs/interpreter"
      mkdir "$rootfs/image"
      for name in ${names.join(' ')}; do printf '#!/interpreter\\n: >/srv/host2/trap/%s\\n' "$name" >"$rootfs/image/$name"; chmod 755 "$rootfs/image/$name"; done
      run ${EVIL} "$rootfs" ${shmOf(EVIL)} / private
      ns_evil=$pid
      # Where its PATH finds them, once the host's /usr is gone from it.
      rmdir "/proc/$pid/root/usr"; mkdir "/proc/$pid/root/usr"; mv "/proc/$pid/root/image" "/proc/$pid/root/usr/bin"; ln -s bin "/proc/$pid/root/usr/sbin"
      ${died(DEAD)}`);
    await host.run();
    expect(host.host.list('/trap')).toEqual([]);
    expect(host.containers()).toEqual([EVIL]);
    // It would have worked: the way that the field's scripts go.
    await host.host.play(`nsenter -t "$ns_evil" -m -- umount ${shmOf(DEAD)}`);
    expect(host.host.list('/trap')).toEqual(['umount']);
  });

  it('steers no terminal by the names of its mounts and processes', async () => {
    const odd = '\u001b[2J\u001b]0;owned\u0007\r\u009b31m';
    const host = await stage(`
      ${created(DEAD, 'stuck')}
      mkdir -p '/mnt/${odd}'
      mount --rbind / '/mnt/${odd}'; mount --make-rprivate '/mnt/${odd}'
      holder evil host private '${odd.slice(0, 10)}' /docker/${EVIL}
      busy evil '/mnt/${odd}${shmOf(DEAD)}'
      umount -R '/mnt/${odd}'
      ${died(DEAD)}`);
    const events = await host.run();
    const said = await printed(events);
    expect(said).toContain('\\x1b[2J');
    expect(said.replaceAll(/\u001b\[[0-9;]*m/g, '')).not.toMatch(/[^\P{Cc}\n]/u);
  });

  it('does not hide by 50,000 mounts, nor keep others from being freed', async () => {
    const host = await stage(`
      ${created(DEAD, 'stuck')}
      ${created(OTHER, 'other')}
      holder evil host private app /docker/${EVIL}
      holder agent host private agent /system.slice/agent.service
      within evil sh -c 'mount -t tmpfs many /mnt; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do mkdir "/mnt/$i"; mount --rbind /mnt "/mnt/$i"; done'
      ${died(DEAD)}
      ${died(OTHER)}`);
    expect((await host.mountpointsOf('evil')).length).toBeGreaterThan(50_000);
    await host.run();
    expect(host.containers()).toEqual([]);
  });

  it('gets nothing done, and that is told, by 50,000 mounts that look like those of the stuck one', async () => {
    const host = await stage(`
      ${created(DEAD, 'stuck')}
      ${created(OTHER, 'other')}
      holder evil host private app /docker/${EVIL}
      holder agent host private agent /system.slice/agent.service
      within evil sh -c 'd=/mnt/${DEAD}; mkdir $d; mount -t tmpfs many $d; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do mkdir "$d/$i"; mount --rbind $d "$d/$i"; done'
      ${died(DEAD)}
      ${died(OTHER)}`);
    const before = await host.mountpointsOf('agent');
    // More than the session takes of one script: nothing is decided from half of it.
    expect(await printed(await host.run())).toContain('its output is too long to be read whole');
    expect(await host.mountpointsOf('agent')).toEqual(before);
  });

  it('does not hide by processes that fork as fast as they can', async () => {
    const host = await stage(`
      ${created(DEAD, 'stuck')}
      holder evil host private app /docker/${EVIL}
      nsenter -t "$ns_evil" -m -- sh -c 'n=0; while [ $n -lt 20000 ]; do n=$((n + 1)); : & done' </dev/null &
      ${died(DEAD)}`);
    await host.run();
    expect(host.containers()).toEqual([]);
  });

  it('does not hide behind 5,000 processes', async () => {
    const host = await stage(`
      ${created(DEAD, 'stuck')}
      holder evil host private app /docker/${EVIL}
      nsenter -t "$ns_evil" -m -- sh -c 'exec 3<>/s/never >/dev/null; n=0; while [ $n -lt 5000 ]; do n=$((n + 1)); read -r _ <&3 & done' </dev/null
      ${died(DEAD)}`);
    expect(host.host.pids().length).toBeGreaterThan(5000);
    await host.run();
    expect(host.containers()).toEqual([]);
  });

  it.each(['dockerd', 'containerd', 'kubelet', 'sshd', 'systemd', 'docker'])(
    'that calls itself %s is left and told, and others are freed',
    async (name) => {
      const host = await stage(`
      ${created(DEAD, 'stuck')}
      holder evil host private ${name} /docker/${EVIL}
      umount ${shmOf(DEAD)} ${rootfsOf(DEAD)}
      ${created(OTHER, 'other')}
      holder agent host private agent /docker/${EVIL}/docker-${DEAD}.scope
      within agent umount ${shmOf(DEAD)} ${rootfsOf(DEAD)}
      put ${DEAD} 'State.Status="dead"' State.Dead=true State.Pid=0
      ${died(OTHER)}`);
      const events = await host.run();
      expect(host.containers()).not.toContain(OTHER);
      if (host.containers().includes(DEAD)) expect(await printed(events)).toMatch(/stuck/);
      expect(await host.mountpointsOf('dockerd')).toEqual(await host.mountpointsOf('host'));
    },
  );
});

/** What a person at a terminal gets to see of these events. */
async function printed(events: readonly RunEvent[]): Promise<string> {
  const { PassThrough } = await import('node:stream');
  const stdout = new PassThrough();
  const reporter = await createReporter(
    'plain',
    { stdout, stderr: stdout, columns: 200, color: false },
    { diff: true, verbose: 2 },
  );
  for (const event of events) reporter.event(event);
  await reporter.end();
  stdout.end();
  const chunks: Buffer[] = await stdout.toArray();
  return Buffer.concat(chunks).toString();
}
