import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  explain,
  explainLines,
  explainMessage,
  explanationJson,
  formatExplanation,
} from '../../src/docker/explanation.ts';
import { REASONS } from '../../src/docker/message-reason.ts';
import { classifyMessage, type RemovalMessage } from '../../src/docker/removal-error.ts';

const ID = 'c0ffee12'.repeat(8);
const MNT = '0b5e55ed'.repeat(8);
const BUSY_PATH = `/d/overlay2/${MNT}/merged`;
const BUSY = `Error response from daemon: container ${ID}: driver "overlay2" failed to remove root filesystem: unlinkat ${BUSY_PATH}: device or resource busy`;
const silent = classifyMessage('');
const of = (change: Partial<RemovalMessage>): RemovalMessage => ({ ...silent, ...change });

describe('explain', () => {
  it.each(REASONS)('%s has a title, a meaning and something to do', (reason) => {
    const { title, meaning, todo } = explain(of({ reason }));
    expect(title).toMatch(/^\S.{10,100}[^.]$/);
    expect(meaning).toMatch(/\.$/);
    expect(todo.length).toBeGreaterThan(0);
  });

  it.each(REASONS)('%s advises nothing that harms (docs/docker-facts.md §8)', (reason) => {
    const advice = explain(of({ reason })).todo.join('\n');
    expect(advice).not.toMatch(/rm -|prune|\bkill|umount -|layerdb|systemctl restart|dmsetup remove|zfs destroy/i);
  });

  it('follows the order of remedies of a busy mount, from a retry to a reboot', () => {
    const { todo } = explain(classifyMessage(BUSY));
    const order = [
      /docker rm ID/,
      /--check/,
      /on the host.*dockerd.*holder/,
      /may_detach_mounts/,
      /restart the holder/,
      /reboot/,
    ];
    expect(todo).toHaveLength(order.length);
    for (const [index, step] of order.entries()) expect(todo[index]).toMatch(step);
  });

  it('does not offer may_detach_mounts where a device is open: it does not help there', () => {
    for (const reason of ['busy-device', 'thin-device-open', 'dataset-busy'] as const) {
      expect(explain(of({ reason })).todo.join()).not.toContain('may_detach_mounts');
    }
  });

  it('warns of forcing the removal where docker would then forget the container', () => {
    const old = `Driver overlay2 failed to remove root filesystem ${ID}: remove ${BUSY_PATH}: device or resource busy`;
    expect(explain(classifyMessage(old)).meaning).toContain('Do not force');
    expect(explain(classifyMessage(BUSY)).meaning).not.toContain('Do not force');
  });

  it('says that a path inside a layer is no mountpoint', () => {
    expect(explain(classifyMessage(BUSY.replace('/merged', '-init/diff/dev/shm'))).meaning).toContain('no mountpoint');
  });

  it('warns where the path lies in a volume', () => {
    const text = 'remove /d/volumes/data/_data: device or resource busy';
    expect(explain(classifyMessage(text)).meaning).toContain('holds data');
  });

  it('says how to get the full id where the message has none', () => {
    const newest = `cannot remove container "web": driver "overlay2" failed to remove root filesystem: unlinkat ${BUSY_PATH}: device or resource busy`;
    expect(explain(classifyMessage(newest)).meaning).toContain('--no-trunc');
  });
});

describe('formatExplanation', () => {
  it('shows all that is known', () => {
    expect(formatExplanation(classifyMessage(BUSY))).toBe(
      `A mount of the container is still in use, so its files cannot be removed

  cause       busy-mount (busy-mount)
  driver      overlay2
  written by  docker 18.04–28.1
  container   ${ID}
  path        ${BUSY_PATH}
  layer       ${MNT}

What it means
  A copy of the mount lives on in some mount namespace: of a container that binds a host
  directory, of a service with private mounts, of dockerd, or of the host. The container stays
  Dead until the last copy is gone.

What to do
  1. Remove it again by its full id, one container per call, and give it a minute: docker rm ID
  2. See what would be done, without any change: unwedge run free-dead-containers -i INVENTORY --check
  3. Then without --check: it lets go of the stale mount on the host, for dockerd and where a holder has a copy, and removes it.
  4. On RHEL or CentOS 7.4 and later: unwedge run detach-mounts -i INVENTORY sets fs.may_detach_mounts=1 permanently, without a restart.
  5. Still stuck: restart the holder, a service or a container, when its users can bear it: unwedge run restart-holders -i INVENTORY --check
  6. Last: drain the host and reboot it (unwedge run reboot-last-resort -i INVENTORY --check). Until then the Dead container harms no other.`,
    );
  });

  it('lets no control character of a message reach the terminal', () => {
    const path = '/d/\u001b]0;x\u0007\u009b31m\u202e\r/y';
    const text = formatExplanation(classifyMessage(`unlinkat ${path}: device or resource busy`));
    expect(text).toContain('\\x1b]0;x\\x07\\x9b31m\\u{202e}');
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });

  it('holds for any text in any place of a message', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = formatExplanation(of({ paths: [text], names: [text], containers: [text] }));
        expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
        expect(shown.split('\n')).toHaveLength(
          formatExplanation(of({ paths: ['x'], names: ['x'], containers: ['x'] })).split('\n').length,
        );
      }),
    );
  });
});

describe('explanationJson', () => {
  it('is one plain object with the words of the corpus', () => {
    const json = explanationJson(classifyMessage(BUSY));
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
    expect(json).toMatchObject({
      cause: 'busy-mount',
      containers: [ID],
      paths: [BUSY_PATH],
      driver: 'overlay2',
      generation: 'docker 18.04–28.1',
      reason: 'busy-mount',
      mountIds: [MNT],
      todo: expect.arrayContaining([expect.stringContaining('docker rm')]),
    });
  });
});

describe('explainMessage', () => {
  it('takes a message of several lines as one', () => {
    const wrapped = BUSY.replace(MNT, `${MNT.slice(0, 30)}\n${MNT.slice(30)}`);
    expect(explainMessage(wrapped, 'json')).toBe(explainMessage(BUSY, 'json'));
    expect(explainMessage(wrapped, 'text')).toBe(formatExplanation(classifyMessage(BUSY)));
  });
});

describe('explainLines', () => {
  it('gives one line of JSON for each message', () => {
    const lines = explainLines(`${BUSY}\n\nError: No such container: web\n`, 'json').map(
      (line) => JSON.parse(line) as unknown,
    );
    expect(lines).toMatchObject([
      { cause: 'busy-mount' },
      { cause: 'other', reason: 'no-such-container', names: ['web'] },
    ]);
  });

  it('takes what docker inspect prints, over many lines, as one message', () => {
    const inspected = JSON.stringify([{ Id: ID, State: { Status: 'dead', Error: BUSY } }], null, 4);
    expect(explainLines(inspected, 'json').map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { cause: 'busy-mount', containers: [ID], paths: [BUSY_PATH] },
    ]);
  });

  it('gives one text for each message', () => {
    expect(explainLines(`${BUSY}\nx`, 'text')).toEqual(
      [BUSY, 'x'].map((text) => formatExplanation(classifyMessage(text))),
    );
  });

  it('says the same of every corpus item as the item itself, and keeps control characters out of JSON', () => {
    const texts = readFileSync(new URL('../corpus/messages.jsonl', import.meta.url), 'utf8')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { text: string }).text);
    const lines = explainLines(texts.join('\n'), 'json');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      texts.map((text) => explanationJson(classifyMessage(text))),
    );
    const [hostile = ''] = explainLines('unlinkat /d/\u009b31m\u202e/\u0007y: device or resource busy', 'json');
    expect(hostile).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    expect(JSON.parse(hostile)).toMatchObject({ paths: ['/d/\u009b31m\u202e/\u0007y'] });
  });
});
