import { describe, expect, it } from 'vitest';
import { foldJournal } from '../../src/journal/fold-journal.ts';
import { printed } from './captured.ts';
import { Script } from './scenarios.ts';

const failed = (step: string, tolerated: 'ignored' | 'rescued') =>
  ({
    ...({ type: 'step.finished', host: 'web-1', step, stepType: 'command', status: 'failed', tolerated } as const),
    ...{ changes: 0, durationMs: 1, reason: { message: 'it does not answer', todo: 'look at it' } },
  }) as const;

const events = new Script()
  .started('run', ['web-1'])
  .play(['web-1'], 2)
  .host('web-1')
  .step('web-1', 'Ask', 0)
  .add(failed('Ask', 'ignored'))
  .step('web-1', 'Try', 1)
  .add(failed('Try', 'rescued'))
  .hostEnds('web-1', 'ok')
  .ended();

describe('a failed step whose host goes on', () => {
  it('is told as such, line by line, and the host has not failed', async () => {
    const text = await printed('plain', events);
    expect(text).toContain('web-1  Ask  failed, ignored:  it does not answer → look at it\n');
    expect(text).toContain('web-1  Try  failed, rescued:  it does not answer → look at it\n');
    expect(text).toContain('web-1  done  ok\n');
    expect(text).toMatch(/\n1 host: 1 ok\n/);
  });

  it('is told at the end on a screen, where lines are not', async () => {
    const text = await printed('tree', events);
    expect(text).toContain('Ask: failed, ignored: it does not answer');
    expect(text).toContain('Try: failed, rescued: it does not answer');
    expect(text).toMatch(/\n1 host: 1 ok\n/);
  });

  it('stands in the record of the run', () => {
    expect(foldJournal(events)?.hosts[0]?.steps).toMatchObject([
      { step: 'Ask', status: 'failed', tolerated: 'ignored' },
      { step: 'Try', status: 'failed', tolerated: 'rescued' },
    ]);
  });
});
