import { describe, expect, it } from 'vitest';
import { classifyMessage } from '../../../src/docker/removal-error.ts';
import { say } from './double.ts';
import { type Personality, personalities } from './personality.ts';

const ID = `${'a'.repeat(60)}1234`;
const LAYER = `${'b'.repeat(60)}5678`;

const layerPath = ({ driver, root }: Personality): string =>
  ({
    devicemapper: `${root}/devicemapper/mnt/${LAYER}`,
    overlay: `${root}/overlay/${LAYER}/merged`,
    overlay2: `${root}/overlay2/${LAYER}/merged`,
    aufs: `${root}/aufs/mnt/${LAYER}`,
    btrfs: `${root}/btrfs/subvolumes/${LAYER}`,
    zfs: '',
    vfs: `${root}/vfs/dir/${LAYER}`,
  })[driver];

const shmPath = ({ docker, root }: Personality): string =>
  `${root}/containers/${ID}/${/^(1\.|17\.)/.test(docker) ? 'shm' : 'mounts/shm'}`;

/** As the client prints it, as the daemon's journal has it, as docker inspect tells it. */
const clothes: readonly (readonly [string, (text: string) => string])[] = [
  ['the client', (text) => `Error response from daemon: ${text}`],
  [
    'the journal',
    (text) =>
      `dockerd[812]: time="2026-11-22T08:00:00Z" level=error msg=${JSON.stringify(`Handler for DELETE /v1.24/containers/${ID} returned error: ${text}`)}`,
  ],
  ['inspect', (text) => JSON.stringify({ Id: ID, State: { Dead: true, Status: 'dead', Error: text } })],
];

describe.each(personalities)('what docker says on $name', (p) => {
  describe.each(clothes)('told by %s', (_, wear) => {
    const said = (text: string) => classifyMessage(wear(say(p.name, text)));
    const who = { containers: [ID] };

    it('of a root filesystem that is mounted elsewhere', () => {
      const message = said(`root_failed ${ID} ${ID} "$(layer_busy ${LAYER})"`);
      const busy =
        p.driver === 'zfs'
          ? { cause: 'device-busy', reason: 'dataset-busy' }
          : { cause: 'busy-mount', reason: 'busy-mount' };
      expect(message).toMatchObject({ ...busy, ...who, driver: p.driver, mountIds: [LAYER] });
      expect(message.paths).toEqual(expect.arrayContaining([layerPath(p)].filter((path) => path !== '')));
    });

    it('of a shm that is mounted elsewhere', () => {
      const message = said(`directory_failed ${ID} ${ID} "$(verb) $(shm_of ${ID}): $BUSY"`);
      expect(message).toMatchObject({ cause: 'busy-mount', reason: 'busy-mount', ...who, paths: [shmPath(p)] });
    });

    it('of a file that is immutable', () => {
      const file = `${p.root}/containers/${ID}/keep`;
      const message = said(`directory_failed ${ID} ${ID} "$(not_permitted '${file}')"`);
      expect(message).toMatchObject({ cause: 'other', reason: 'not-permitted', ...who, paths: [file] });
    });

    if (p.driver === 'devicemapper') {
      it('of a device that is open', () => {
        const message = said(`root_failed ${ID} ${ID} "$(device_busy ${LAYER})"`);
        expect(message).toMatchObject({ cause: 'device-busy', reason: 'busy-device', ...who, driver: 'devicemapper' });
      });
    }
  });

  it('of a second removal and of a running container', () => {
    const reason = (text: string) => classifyMessage(`Error response from daemon: ${say(p.name, text)}`).reason;
    expect(reason(`already_removing ${ID}`)).toBe('already-removing');
    expect(reason(`running ${ID} ${ID}`)).toBe('running');
  });
});
