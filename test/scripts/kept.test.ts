import { expect, it } from 'vitest';
import { describeWithMounts, Holder, inodeOf } from './mount-namespace.ts';
import { programs, runScript } from './programs.ts';
import { underEachShellAndAwk } from './shells.ts';

describeWithMounts('docker/kept.sh', () => {
  underEachShellAndAwk((runner) => {
    const look = (path: readonly string[] = []) => {
      const { code, stdout, stderr } = runScript(runner, 'docker/kept.sh', [], { path });
      return { code, stderr, records: stdout.split('\n').filter((line) => line !== '') };
    };

    it('tells of a namespace that only a descriptor keeps, and of none with a process', async () => {
      // The shell opens the file of a namespace whose only process then ends.
      const setup = `mkfifo "$1"; unshare -m sh -c 'echo >"$0"; exec sleep 1000' "$1" & read -r _ <"$1"
        exec 7</proc/$!/ns/mnt 8</proc/self/ns/mnt; kill $!; wait $! || :`;
      const fifo = `/tmp/unwedge-kept-${process.pid}-${runner.awk?.replace(/\W/g, '')}`;
      const holder = await Holder.open(`trap 'rm -f "$1"' EXIT; ${setup}; rm "$1"`, [fifo]);
      const { code, stderr, records } = look();
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(records.filter((record) => record.split('\t')[2] === String(holder.pid))).toEqual([
        expect.stringMatching(new RegExp(`^descriptor\t\\d+\t${holder.pid}\t7\tsleep$`)),
      ]);
      expect(records).toContain(`inhabited\t${holder.inode}`);
      expect(records).toContain(`inhabited\t${inodeOf(process.pid)}`);
      await holder.close();
    });

    it('ends with 5 where /proc tells of no namespace', () => {
      expect(look([programs({ xargs: 'exit 2' })])).toEqual({
        code: 5,
        stderr: 'no mount namespace can be read below /proc\n',
        records: [],
      });
    });
  });
});
