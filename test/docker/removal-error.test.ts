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
