import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classifyMessage, type RemovalMessage } from '../../src/docker/removal-error.ts';

/**
 * Sentences as docker's sources of each generation make them (docs/docker-facts.md §1), around what its storage drivers say, in what
 * programs wrap around them. Written down here a second time, so that the tables of src/ are held against them.
 */
interface Parts {
  /** The container's full id. */
  readonly id: string;
  /** What was typed after docker rm. */
  readonly arg: string;
  readonly driver: string;
  /** The driver's name of the layer. */
  readonly layer: string;
  /** docker's data root. */
  readonly root: string;
  readonly verb: string;
  readonly errno: Errno;
}

interface Errno {
  readonly words: string;
  readonly cause: RemovalMessage['cause'];
}

/** What the storage layer says, and what must be read out of it. */
interface Failure {
  readonly words: string;
  readonly reads: Partial<Pick<RemovalMessage, 'cause' | 'paths' | 'mountIds' | 'deviceIds'>>;
}

const GENERATIONS: Readonly<
  Record<
    string,
    { layer(p: Parts, error: string): string; directory(p: Parts, error: string): string; written: string }
  >
> = {
  '1.8': {
    layer: (p, e) =>
      `Cannot destroy container ${p.arg}: Driver ${p.driver} failed to remove root filesystem ${p.id}: ${e}`,
    directory: (p, e) => `Cannot destroy container ${p.arg}: Unable to remove filesystem for ${p.id}: ${e}`,
    written: 'docker ≤1.8',
  },
  '1.9 to 17.05': {
    layer: (p, e) => `Driver ${p.driver} failed to remove root filesystem ${p.id}: ${e}`,
    directory: (p, e) => `Unable to remove filesystem for ${p.id}: ${e}`,
    written: 'docker 1.9–17.05, or RHEL/CentOS 1.12–1.13',
  },
  '1.10, by its client': {
    layer: (p, e) =>
      `Failed to remove container (${p.arg}): Error response from daemon: Driver ${p.driver} failed to remove root filesystem ${p.id}: ${e}`,
    directory: (p, e) =>
      `Failed to remove container (${p.arg}): Error response from daemon: Unable to remove filesystem for ${p.id}: ${e}`,
    written: 'docker 1.10',
  },
  '17.06 to 18.03': {
    layer: (p, e) => `driver "${p.driver}" failed to remove root filesystem for ${p.id}: ${e}`,
    directory: (p, e) => `unable to remove filesystem for ${p.id}: ${e}`,
    written: 'docker 17.06–18.03',
  },
  '18.04 to 28.1': {
    layer: (p, e) => `container ${p.id}: driver "${p.driver}" failed to remove root filesystem: ${e}`,
    directory: (p, e) => `unable to remove filesystem for ${p.id}: ${e}`,
    written: 'docker 18.04–28.1',
  },
  '28.2 on': {
    layer: (p, e) => `cannot remove container "${p.arg}": driver "${p.driver}" failed to remove root filesystem: ${e}`,
    directory: (p, e) => `cannot remove container "${p.arg}": unable to remove filesystem: ${e}`,
    written: 'docker 28.2+',
  },
};

const at = (path: string, { verb, errno }: Parts, reads: Failure['reads'] = {}): Failure => ({
  words: `${verb} ${path}: ${errno.words}`,
  reads: { cause: errno.cause, paths: [path], ...reads },
});
const below =
  (directory: string, ...ends: string[]) =>
  (p: Parts): Failure[] =>
    ends.flatMap((end) =>
      [p.layer, `${p.layer}-init`].map((layer) =>
        at(`${p.root}/${directory}/${layer}${end}`, p, { mountIds: [layer] }),
      ),
    );

/** Of each driver every way to fail. */
const DRIVERS: Readonly<Record<string, (p: Parts) => Failure[]>> = {
  overlay: below('overlay', '/merged'),
  overlay2: below('overlay2', '/merged', '/diff/dev/shm', ''),
  vfs: below('vfs/dir', ''),
  devicemapper: (p) => [
    ...below('devicemapper/mnt', '', '/rootfs')(p),
    { words: 'Device is Busy', reads: { cause: 'device-busy', paths: [], mountIds: [] } },
    {
      words: `failed to remove device ${p.layer}: Device is Busy`,
      reads: { cause: 'device-busy', paths: [], deviceIds: [p.layer] },
    },
    {
      words: `failed to remove device ${p.layer}: devicemapper: Error running DeleteDevice dm_task_run failed`,
      reads: { cause: 'other', deviceIds: [p.layer] },
    },
  ],
  aufs: (p) => {
    const [mnt, diff] = [`${p.root}/aufs/mnt/${p.layer}`, `${p.root}/aufs/diff/${p.layer}`];
    const rename = (path: string) => ({
      words: `rename ${path} ${path}-removing: ${p.errno.words}`,
      reads: { cause: p.errno.cause, paths: [path, `${path}-removing`], mountIds: [p.layer] },
    });
    return [
      rename(mnt),
      rename(diff),
      {
        words: `could not remove mountpoint for id ${p.layer}: error preparing atomic delete: ${rename(mnt).words}`,
        reads: rename(mnt).reads,
      },
      {
        words: `aufs: unmount error after retries: ${mnt}: ${p.errno.words}`,
        reads: { cause: p.errno.cause, paths: [mnt], mountIds: [p.layer] },
      },
    ];
  },
  btrfs: (p) => [
    {
      words: `Failed to destroy btrfs snapshot ${p.root}/btrfs/subvolumes for ${p.layer}: ${p.errno.words}`,
      reads: { cause: p.errno.cause, paths: [`${p.root}/btrfs/subvolumes/${p.layer}`], mountIds: [p.layer] },
    },
    at(`${p.root}/btrfs/subvolumes/${p.layer}`, p, { mountIds: [p.layer] }),
  ],
  zfs: (p) => [
    {
      words: `exit status 1: "/sbin/zfs fs destroy -r tank/docker/${p.layer}" => cannot destroy 'tank/docker/${p.layer}': dataset is busy\n`,
      reads: { cause: 'device-busy', paths: [], mountIds: [p.layer] },
    },
    {
      words: `exit status 1: "/usr/sbin/zfs zfs destroy -r tank/${p.layer}" => cannot open 'tank/${p.layer}': dataset does not exist\n`,
      reads: { cause: 'other', paths: [], mountIds: [p.layer] },
    },
    at(`${p.root}/zfs/graph/${p.layer}`, p, { mountIds: [p.layer] }),
  ],
};

const inDirectory = (p: Parts): Failure[] =>
  ['shm', 'secrets', 'mqueue', 'mounts/shm', 'mounts/secrets', ''].flatMap((end) => {
    const path = `${p.root}/containers/${p.id}${end === '' ? '' : `/${end}`}`;
    return [
      at(path, p, { mountIds: [] }),
      {
        words: `error while removing ${p.root}/containers/${p.id}: unmount ${path}: ${p.errno.words}`,
        reads: { cause: p.errno.cause, paths: [...new Set([`${p.root}/containers/${p.id}`, path])] },
      },
    ];
  });

const logfmt = (text: string) => `time="2020-01-01T00:00:00.123456789Z" level=error msg=${JSON.stringify(text)}`;
const WRAPPERS: Readonly<Record<string, (text: string, p: Parts) => string>> = {
  nothing: (text) => text,
  'the client': (text) => `Error response from daemon: ${text}\n`,
  'the client of 1.8': (text, p) =>
    `Error response from daemon: ${text}\nError: failed to remove containers: [${p.arg}]\n`,
  'a status': (text) => `Error response from daemon: 500 Internal Server Error: ${text}`,
  compose: (text, p) => `ERROR: for ${p.arg}  ${text}`,
  'compose in colour': (text) => `\u001b[31mERROR\u001b[0m: for web  ${text}`,
  'compose on python 3': (text) => `ERROR: for web  b'${text.trim()}'`,
  kubelet: (text, p) =>
    `Apr 30 09:15:10 node-1 kubelet[24584]: E0430 09:15:10.712138   24584 remote_runtime.go:246] RemoveContainer "${p.id}" from runtime service failed: rpc error: code = Unknown desc = failed to remove container "${p.id}": Error response from daemon: ${text}`,
  'the log': (text, p) => logfmt(`Handler for DELETE /v1.41/containers/${p.arg} returned error: ${text}`),
  'the log of RHEL': (text, p) =>
    `Mar 14 09:26:53 n dockerd-current[2211]: ${logfmt(`Handler for DELETE /v1.26/containers/${p.arg}?force=1&v=1 returned error: ${text}`)}`,
  prune: (text, p) => logfmt(`failed to prune container ${p.id}: ${text}`),
  'the journal as JSON': (text) => JSON.stringify({ __REALTIME_TIMESTAMP: '1', _PID: '9', MESSAGE: logfmt(text) }),
  'the log as JSON': (text) => JSON.stringify({ level: 'error', msg: text, time: '2026-01-01T00:00:00Z' }),
  'the API': (text) => JSON.stringify({ message: text }),
  inspect: (text, p) =>
    JSON.stringify([{ Id: p.id, Name: '/web', State: { Status: 'dead', Dead: true, Error: text } }], null, 4),
  // Two full lines at least: one may as well be a line of its own.
  'a narrow terminal': (text) => (text.length < 160 ? text : cut(text, text.length % 72 === 0 ? 71 : 72)),
};

const cut = (text: string, width: number): string => text.match(new RegExp(`.{1,${width}}`, 'gs'))?.join('\n') ?? '';

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.-]{0,12}[A-Za-z0-9]$/);
const root = fc.oneof(
  fc.constantFrom('/var/lib/docker', '/var/lib/docker/100000.100000', '/data/docker', '/mnt/my disk/docker', '/docker'),
  fc.array(word, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join('/')}`),
);
const errno = fc.oneof(
  fc.constant<Errno>({ words: 'device or resource busy', cause: 'busy-mount' }),
  fc
    .constantFrom(
      ...['operation not permitted', 'directory not empty', 'input/output error', 'permission denied'],
      ...['read-only file system', 'no such file or directory', 'no space left on device', 'stale NFS file handle'],
    )
    .map((words): Errno => ({ words, cause: 'other' })),
);
const parts = fc
  .record({
    id: hex(63).map((digits) => `c${digits}`),
    name: word,
    typed: fc.constantFrom('id', 'short', 'name'),
    layer: hex(63).map((digits) => `a${digits}`),
    root,
    verb: fc.constantFrom('remove', 'unlinkat', 'rmdir', 'unlink'),
    errno,
  })
  .map(({ name, typed, ...p }) => ({ ...p, arg: { id: p.id, short: p.id.slice(0, 12), name }[typed] }));

describe.each(Object.keys(GENERATIONS))('%s', (generation) => {
  const sentences = GENERATIONS[generation];
  if (!sentences) throw new Error(generation);

  test.each(Object.entries(DRIVERS))('%s', (driver, failures) => {
    fc.assert(
      fc.property(parts, fc.constantFrom(...Object.keys(WRAPPERS)), fc.nat(), (found, wrapper, n) => {
        const p = { ...found, driver };
        const all = failures(p);
        const failure = all[n % all.length];
        const sentence = sentences.layer(p, failure?.words ?? '');
        check(wrapper, sentence, p, { driver, generation: sentences.written, ...failure?.reads });
      }),
      { numRuns: 100 },
    );
  });

  test("the container's directory", () => {
    fc.assert(
      fc.property(parts, fc.constantFrom(...Object.keys(WRAPPERS)), fc.nat(), (found, wrapper, n) => {
        const p = { ...found, driver: 'overlay2' };
        const all = inDirectory(p);
        const failure = all[n % all.length];
        // Both wrote this sentence alike.
        const written = /^1[78]/.test(generation) ? 'docker 17.06–28.1' : sentences.written;
        check(wrapper, sentences.directory(p, failure?.words ?? ''), p, {
          driver: null,
          generation: written,
          ...failure?.reads,
        });
      }),
      { numRuns: 100 },
    );
  });
});

function check(wrapper: string, sentence: string, p: Parts, expected: Readonly<Record<string, unknown>>): void {
  const text = WRAPPERS[wrapper]?.(sentence, p) ?? '';
  const read = classifyMessage(text);
  const generation =
    wrapper === 'the log of RHEL'
      ? expect.any(String)
      : wrapper === 'the client of 1.8'
        ? expect.any(String)
        : expected.generation;
  expect(read, text).toMatchObject({ ...expected, generation });
  // Since 28.2 only what was typed, unless a path has the id.
  const whole = text.replaceAll('\n', '');
  const typed = /^(?:[0-9a-f]{12}|[0-9a-f]{64})$/.test(p.arg) && whole.includes(p.arg) ? [p.arg] : [];
  expect(read.containers, text).toEqual(whole.includes(p.id) ? [p.id] : typed);
}
