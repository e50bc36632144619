import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { calls, programs, runScript, temporaryPath } from './programs.ts';
import { type Runner, underEachShellAndAwk } from './shells.ts';

const hex = (start: string): string => Buffer.from(start).toString('hex').padEnd(64, '0');
const [UP, GONE, HALF, PLUGIN] = ['up', 'gone', 'half', 'plugin'].map(hex);
const [UP_LAYER, GONE_LAYER, IMAGE, LOST] = ['la', 'lb', 'lc', 'ld'].map(hex);
const HOUR = 3600;

/** A data root with a container, an image and a plugin that docker knows, and with what removals left. */
function dataRoot(store: string): string {
  const root = temporaryPath('docker root');
  const file = (path: string, text = '') => {
    mkdirSync(`${root}/${path.replace(/\/[^/]*$/, '')}`, { recursive: true });
    writeFileSync(`${root}/${path}`, text);
  };
  file(`containers/${UP}/config.v2.json`);
  file(`containers/${GONE}/config.v2.json`);
  file(`containers/${HALF}/mounts/shm/x`);
  file('containers/lost+found/x');
  file(`plugins/${PLUGIN}/config.json`);
  const driver = store.split('/')[0];
  for (const [id, layer] of [
    [UP, UP_LAYER],
    [GONE, GONE_LAYER],
    [PLUGIN, 'x'],
  ]) {
    file(`image/${driver}/layerdb/mounts/${id}/mount-id`, layer);
  }
  file(`image/${driver}/layerdb/sha256/abc/cache-id`, IMAGE);
  const old = Date.now() / 1000 - 2 * HOUR;
  for (const name of [UP_LAYER, `${UP_LAYER}-init`, GONE_LAYER, IMAGE, LOST, `${LOST}-init`, 'l', 'base']) {
    mkdirSync(`${root}/${store}/${name}`, { recursive: true });
    utimesSync(`${root}/${store}/${name}`, old, old);
  }
  mkdirSync(`${root}/${store}/${hex('new')}`);
  return root;
}

interface Says {
  readonly docker?: string;
  readonly journal?: string;
  readonly kernel?: string;
  readonly dmesg?: string;
}
const doubles = ({ docker = `echo ${UP}`, journal = '', kernel = '', dmesg = '' }: Says): string =>
  programs({
    docker,
    systemctl: `printf 'Id=%s\\nMountFlags=\\nPrivateTmp=yes\\n\\n' "$2" "$3"`,
    journalctl: `case $* in *' -k'*) cat <<'EOT'\n${kernel}\nEOT\n;; *) cat <<'EOT'\n${journal}\nEOT\n;; esac`,
    dmesg: `cat <<'EOT'\n${dmesg}\nEOT\n`,
  });

function look(runner: Runner, args: readonly string[], says: Says = {}) {
  const path = doubles(says);
  const result = runScript(runner, 'docker/survey.sh', args, { path: [path] });
  return { ...result, asked: calls(path), records: result.stdout.split('\n').filter((line) => line !== '') };
}

const REFUSED = 'dockerd[52]: time="x" level=error msg="Handler for DELETE /v1.41/containers/a returned error: b"';
const THIN = 'device-mapper: thin: Deletion of thin device 86 failed.';

const ZFS_LIST = 'list -Hp -r -d 1 -t filesystem -o creation,name tank/docker';

describe('docker/survey.sh', () => {
  underEachShellAndAwk((runner) => {
    it.each([
      ['overlay2', 'overlay2'],
      ['devicemapper', 'devicemapper/metadata'],
      ['aufs', 'aufs/diff'],
    ])('tells what docker does not list, and leaves what an image, a plugin or a pull uses: %s', (driver, store) => {
      const root = dataRoot(store);
      const { code, stderr, records } = look(runner, [root, driver]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(records.sort()).toEqual(
        [
          `container_directory\t${GONE}\tyes`,
          `container_directory\t${HALF}\tno`,
          `layer_record\t${GONE}\t${GONE_LAYER}`,
          `layer_directory\t${LOST}\t${root}/${store}/${LOST}`,
          `layer_directory\t${LOST}-init\t${root}/${store}/${LOST}-init`,
        ].sort(),
      );
    });

    it('tells the datasets of zfs that no layer has, of those that docker has made more than an hour ago', () => {
      const root = dataRoot('zfs');
      const now = Math.floor(Date.now() / 1000);
      const sets = [UP_LAYER, IMAGE, LOST, `${LOST}-init`, 'other'].map((name) => [
        now - 2 * HOUR,
        `tank/docker/${name}`,
      ]);
      const listed = [...sets, [now, `tank/docker/${hex('new')}`]].map((row) => row.join('\t')).join('\n');
      const zfs = programs({ zfs: `[ "$*" = '${ZFS_LIST}' ] || exit 1\ncat <<'EOT'\n${listed}\nEOT` });
      const docker = `case $1 in info) echo ' Parent Dataset: tank/docker' ;; *) echo ${UP} ;; esac`;
      const path = [doubles({ docker }), zfs];
      const { stdout } = runScript(runner, 'docker/survey.sh', [root, 'zfs'], { path });
      expect(stdout.split('\n').filter((line) => line.includes('tank'))).toEqual([
        `layer_directory\t${LOST}\ttank/docker/${LOST}`,
        `layer_directory\t${LOST}-init\ttank/docker/${LOST}-init`,
      ]);
    });

    it('tells the settings of units by one question, and asks none without units', () => {
      const root = temporaryPath('empty');
      const { records, asked } = look(runner, [root, 'overlay2', 'a b.service', 'c.service']);
      expect(records).toEqual(
        ['a b.service', 'c.service'].flatMap((unit) =>
          [`Id=${unit}`, 'MountFlags=', 'PrivateTmp=yes'].map((line) => `setting\t${unit}\t${line}`),
        ),
      );
      expect(asked.filter((call) => call.startsWith('systemctl'))).toHaveLength(1);
      expect(look(runner, [root, 'overlay2']).asked.join()).not.toContain('systemctl');
    });

    it('tells what the logs say of removals, and nothing else of them', () => {
      const at = '2026-11-22T08:19:24+0000 web-1';
      const { records } = look(runner, [temporaryPath('empty'), 'overlay2'], {
        journal: `${at} ${REFUSED}\n${at} dockerd[52]: level=info msg="Loading containers: done."`,
        kernel: `${at} kernel: ${THIN}\n${at} kernel: eth0: link up`,
        dmesg: `[1.5] ${THIN}`,
      });
      expect(records).toEqual([`journal\t${at} ${REFUSED}`, `kernel\t${at} kernel: ${THIN}`]);
    });

    it("reads the kernel's own ring where the journal has nothing of it; 200 lines are enough", () => {
      const dmesg = Array.from({ length: 300 }, (_, n) => `[${n}.5] ${THIN}`).join('\n');
      const { records } = look(runner, [temporaryPath('empty'), 'overlay2'], { dmesg });
      expect(records).toHaveLength(200);
      expect(records.at(-1)).toBe(`dmesg\t[299.5] ${THIN}`);
    });

    it.each([
      ['is down', 'exit 1', 4],
      ['hangs', 'exit 124', 124],
    ])('calls nothing a leftover where docker %s', (_what, docker, code) => {
      const result = look(runner, [dataRoot('overlay2'), 'overlay2'], { docker });
      expect({ code: result.code, stdout: result.stdout }).toEqual({ code, stdout: '' });
    });
  });
});
