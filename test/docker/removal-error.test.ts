import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { classifyMessage } from '../../src/docker/removal-error.ts';

interface CorpusItem {
  text: string;
  driver: string | null;
  kind: string;
  expect: {
    cause: string;
    containerIds: string[];
    paths: string[];
    names?: string[];
    mountIds?: string[];
    deviceIds?: string[];
    thinDeviceIds?: number[];
    pids?: number[];
  };
  note?: string;
}

const corpus = readFileSync(new URL('../corpus/messages.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line, index) => ({ number: index + 1, ...(JSON.parse(line) as CorpusItem) }));

/** Where the corpus knows the driver from elsewhere and the text alone does not tell it. */
const DRIVER_NOT_TOLD = new Map([
  ...[1, 2, 17, 20, 24, 91].map((item) => [item, "a container's shm looks the same under every driver"] as const),
  ...[21, 22, 99, 100].map((item) => [item, 'docker ps prints no driver'] as const),
  [37, 'the error of a start names no driver'],
  [96, 'the kernel calls both overlay and overlay2 overlayfs'],
]);

describe('the corpus', () => {
  it.each(corpus)('$number: $kind, $expect.cause', ({ number, text, kind, driver, expect: expected }) => {
    const { cause, containerIds, paths, ...whereGiven } = expected;
    const message = classifyMessage(text);
    expect(message).toMatchObject({ cause, containers: containerIds, paths, ...whereGiven });
    expect(message.kind).toBe(kind);
    expect(message.driver).toBe(DRIVER_NOT_TOLD.has(number) ? null : driver);
  });
});

describe('the corpus in other clothes', () => {
  const errors = corpus.filter(({ kind, text }) => kind === 'rm-error' && !text.startsWith('ERROR: for'));
  const logfmt = (text: string) => `time="2020-01-01T00:00:00Z" level=error msg=${JSON.stringify(text.trim())}`;
  const wrappers: Record<string, (text: string) => string> = {
    'a trailing newline': (text) => `${text}\n`,
    logfmt,
    syslog: (text) => `Jul 14 15:22:06 slave-97 dockerd[12]: ${logfmt(text)}`,
    'journal JSON': (text) => JSON.stringify({ MESSAGE: logfmt(text) }),
    State: (text) => JSON.stringify({ Status: 'dead', Dead: true, Error: text }),
    compose: (text) => `\u001b[31mERROR\u001b[0m: for web  ${text}`,
    'compose on python 3': (text) => `ERROR: for web  b'${text}'`,
    kubelet: (text) => `E0430 09:15:10.712138   24584 remote_runtime.go:246] rpc error: code = Unknown desc = ${text}`,
    'a wrapped terminal': (text) => text.match(/.{1,72}/gs)?.join('\n') ?? '',
  };

  describe.each(Object.entries(wrappers))('%s', (_, wrap) => {
    it.each(errors)('$number', ({ text, expect: { cause, containerIds, paths, mountIds = [], deviceIds = [] } }) => {
      const message = classifyMessage(wrap(text));
      expect(message).toMatchObject({ cause, containers: containerIds, paths });
      expect(message.mountIds).toEqual(expect.arrayContaining(mountIds));
      expect(message.deviceIds).toEqual(expect.arrayContaining(deviceIds));
    });
  });

  describe.each(['/srv/d', '/mnt/disk-1/docker.d', '/var/lib/docker/231072.231072'])('the data root %s', (root) => {
    const moved = (text: string) => text.replaceAll(/\/(?:var\/lib|data|home\/data)\/docker\b/g, root);
    it.each(corpus)('$number', ({ text, driver, number, expect: { cause, containerIds, paths } }) => {
      const message = classifyMessage(moved(text));
      expect(message).toMatchObject({ cause, containers: containerIds, paths: paths.map(moved) });
      expect(message.driver).toBe(DRIVER_NOT_TOLD.has(number) ? null : driver);
    });
  });
});
