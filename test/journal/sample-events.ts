import fc from 'fast-check';
import type { Change } from '../../src/core/change.ts';
import type { NewEvent, RunEvent } from '../../src/core/event.ts';

export const RUN = '20261122T051443Z-k3f9';

export const change = (summary: string, more: Partial<Change> = {}): Change => ({
  ...{ resource: `file ${summary}`, summary, before: null, after: 'x', risk: 'none', ...more },
});

let ticks = 0;
export const at = (event: NewEvent): RunEvent => ({
  at: new Date(1_795_324_483_000 + ticks++).toISOString(),
  ...event,
});

export const started = (more: Partial<Extract<NewEvent, { type: 'run.started' }>> = {}): RunEvent =>
  at({ type: 'run.started', run: RUN, version: 1, mode: 'run', playbooks: ['p.yaml'], hosts: [], ...more });

export const applying = (host: string, seq: number, of = change(`${host}-${seq}`)): RunEvent =>
  at({ type: 'change.applying', host, seq, step: 's', stepType: 'file', deadline: 30, change: of });

export const finished = (interrupted = false): RunEvent =>
  at({ type: 'run.finished', run: RUN, recap: { outcomes: [], interrupted } });

/** One host's way through one step: begun, perhaps refused, lost, or undone again. */
const hostStory = (host: string): fc.Arbitrary<readonly RunEvent[]> =>
  fc
    .constantFrom('change.applied', 'change.in-doubt', 'change.drifted', 'host.unreachable')
    .chain((end) => fc.boolean().map((undo) => storyOf(host, end, undo)));

function storyOf(host: string, end: string, undo: boolean): readonly RunEvent[] {
  const of = { host, step: 's', stepType: 'file' };
  const ref = { host, seq: 0 };
  const begin: NewEvent[] = [
    { type: 'host.started', host },
    { type: 'step.started', ...of, index: 0, handler: false },
    { type: 'step.planned', host, step: 's', changes: [change('ä 漢 🐳')], notes: [] },
  ];
  const middle: NewEvent[] =
    end === 'change.applied'
      ? [{ type: end, ...ref }]
      : end === 'change.drifted'
        ? [{ type: end, ...ref, reason: 'r' }]
        : [{ type: 'change.in-doubt', ...ref, reason: 'r' }];
  const last: NewEvent =
    end === 'host.unreachable'
      ? { type: 'host.unreachable', host, reason: { message: 'gone' } }
      : { type: 'step.finished', ...of, status: 'changed', changes: 1, durationMs: 3 };
  const taken: NewEvent[] =
    undo && end !== 'change.drifted'
      ? [
          { type: 'change.undoing', ...ref },
          { type: 'change.undone', ...ref },
        ]
      : [];
  return [...begin.map(at), applying(host, 0), ...[...middle, last, ...taken].map(at)];
}

/** A whole run of up to three hosts, their events shuffled together as they come. */
export const anyRun: fc.Arbitrary<readonly RunEvent[]> = fc
  .tuple(fc.tuple(hostStory('a'), hostStory('b'), hostStory('c')), fc.array(fc.nat(2), { maxLength: 40 }))
  .map(([stories, order]) => [started(), ...shuffled(stories, order), finished()]);

function shuffled(stories: readonly (readonly RunEvent[])[], order: readonly number[]): readonly RunEvent[] {
  const queues = stories.map((story) => [...story]);
  const events = order.flatMap((i) => queues[i]?.shift() ?? []);
  return [...events, ...queues.flat()];
}
