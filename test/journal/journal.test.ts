import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/event.ts';
import { Journal, type JournalFile, mustBeDurable } from '../../src/journal/journal.ts';
import { journalLine } from '../../src/journal/journal-line.ts';
import { applying, at, finished, started } from './sample-events.ts';

/** A disk that tells in which order it was asked, and what it holds for certain. */
class FakeDisk implements JournalFile {
  readonly asked: string[] = [];
  written = '';
  durable = '';
  broken: Error | undefined;

  async append(text: string): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.broken !== undefined) throw this.broken;
    this.asked.push(`write ${text.split('\n').length - 1}`);
    this.written += text;
  }
  async sync(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.asked.push('sync');
    this.durable = this.written;
  }
  async close(): Promise<void> {
    this.asked.push('close');
  }
}

const journalOn = (disk: FakeDisk) => new Journal('/state/journal.jsonl', disk);
const applied = (host: string): RunEvent => at({ type: 'change.applied', host, seq: 0 });
const line = journalLine;

describe('mustBeDurable', () => {
  it.each([
    [started(), true],
    [applying('a', 0), true],
    [at({ type: 'change.undoing', host: 'a', seq: 0 }), true],
    [applied('a'), false],
    [at({ type: 'host.started', host: 'a' }), false],
    [finished(), false],
  ])('$type', (event, expected) => {
    expect(mustBeDurable(event)).toBe(expected);
  });
});

describe('a journal', () => {
  it('has a change on the disk, and all that came before it, once append resolves', async () => {
    const disk = new FakeDisk();
    const journal = journalOn(disk);
    const [first, second] = [applied('a'), applying('a', 1)];
    await journal.append(first);
    expect(disk.written).toBe('');
    await journal.append(second);
    expect(disk.durable).toBe(line(first) + line(second));
  });

  it('keeps the order of the calls, however they wait', async () => {
    const disk = new FakeDisk();
    const journal = journalOn(disk);
    const events = Array.from({ length: 30 }, (_, i) => (i % 3 === 0 ? applying('a', i) : applied(`h${i}`)));
    await Promise.all(events.map((event) => journal.append(event)));
    await journal.close();
    expect(disk.durable).toBe(events.map(line).join(''));
  });

  it('lets many hosts share one write and one sync', async () => {
    const disk = new FakeDisk();
    const journal = journalOn(disk);
    await Promise.all(Array.from({ length: 50 }, (_, i) => journal.append(applying(`h${i}`, 0))));
    expect(disk.asked).toEqual(['write 50', 'sync']);
  });

  it('goes on after it had nothing left to write', async () => {
    const disk = new FakeDisk();
    const journal = journalOn(disk);
    for (const seq of [0, 1, 2]) await journal.append(applying('a', seq));
    expect(disk.asked).toEqual(['write 1', 'sync', 'write 1', 'sync', 'write 1', 'sync']);
  });

  it('rejects with file and cause where it cannot be written, and from then on always', async () => {
    const disk = new FakeDisk();
    const journal = journalOn(disk);
    disk.broken = new Error('ENOSPC: no space left on device, write');
    const message = "the journal /state/journal.jsonl can't be written: ENOSPC: no space left on device, write";
    await expect(journal.append(applying('a', 0))).rejects.toThrow(message);
    disk.broken = undefined;
    await expect(journal.append(applied('a'))).rejects.toThrow(message);
    await expect(journal.close()).rejects.toThrow(message);
    expect(disk.asked).toEqual(['close']);
  });

  it('holds nothing back that failed unseen: the next durable event rejects, and so does close', async () => {
    const disk = new FakeDisk();
    const journal = journalOn(disk);
    disk.broken = new Error('EIO');
    await journal.append(applied('a'));
    await expect(journal.append(applying('a', 1))).rejects.toThrow('EIO');
    await expect(journal.close()).rejects.toThrow('EIO');
  });

  it('closes durably', async () => {
    const disk = new FakeDisk();
    const journal = journalOn(disk);
    const last = finished();
    await journal.append(last);
    await journal.close();
    expect(disk.durable).toBe(line(last));
    expect(disk.asked.slice(-2)).toEqual(['sync', 'close']);
  });
});
