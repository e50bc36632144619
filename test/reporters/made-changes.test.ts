import { expect, test } from 'vitest';
import { MadeChanges } from '../../src/reporters/made-changes.ts';
import { unmount } from './scenarios.ts';

const applying = (seq: number) =>
  ({ at: '', type: 'change.applying', host: 'a', seq, step: 's', stepType: 's', change: unmount(seq) }) as const;
const of = (type: 'change.applied' | 'change.undone', seq: number) => ({ at: '', type, host: 'a', seq }) as const;

test('done, left for a reason, in doubt; what is undone is told elsewhere', () => {
  const made = new MadeChanges();
  for (const event of [0, 1, 2, 3].map(applying)) made.add(event);
  made.add(of('change.applied', 0));
  made.add({ at: '', type: 'change.left', host: 'a', seq: 1, reason: 'it is busy' });
  made.add({ at: '', type: 'change.in-doubt', host: 'a', seq: 2, reason: 'the connection was lost' });
  made.add(of('change.applied', 3));
  made.add(of('change.undone', 3));
  expect([...made.byHost({ done: true })]).toEqual([['a', [unmount(0).summary]]]);
  expect([...made.byHost({ done: false })]).toEqual([
    ['a', [`${unmount(1).summary}: it is busy`, `${unmount(2).summary}: in doubt, the connection was lost`]],
  ]);
});
