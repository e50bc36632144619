import { describe, expect, it } from 'vitest';
import { Fleet } from './fake-run.ts';
import { play, put } from './fake-steps.ts';

const users = (fleet: Fleet) => [...new Set(fleet.host('h').requests.map((text) => text.split(':')[0]))];
const steps = [put('a', '1'), put('b', '1', { become: false }), put('c', '1', { become: true }), put('d', '1')];

describe('a step that says who does it', () => {
  it.each([
    { usual: 'the login user', becomes: false, wanted: ['h', 'root@h'] },
    { usual: 'root', becomes: true, wanted: ['h', 'login@h'] },
  ])('has a connection of its own only if it is not $usual, who does all the others', async ({ becomes, wanted }) => {
    const fleet = new Fleet('h');
    await fleet.run([play(steps)], { becomes });
    expect(users(fleet)).toEqual(wanted);
    const { connects, closes } = fleet.host('h');
    expect({ connects, closes }).toEqual({ connects: 2, closes: 2 });
  });

  it('changes and verifies as that user, and its undo is done by that user, too', async () => {
    const fleet = new Fleet('h');
    await fleet.run([play([put('a', '1', { become: true })])]);
    expect(fleet.host('h').requests).toEqual(['root@h: get a', 'root@h: set a  1', 'root@h: get a']);
    fleet.host('h').requests.length = 0;
    await fleet.rollback(fleet.record());
    expect(fleet.host('h').requests).toEqual(['root@h: set a 1 ']);
    expect(fleet.host('h').files.size).toBe(0);
  });

  it('is looked for as that user in a check', async () => {
    const fleet = new Fleet('h');
    await fleet.run([play([put('a', '1', { become: true })])], { mode: 'check' });
    expect(fleet.host('h').requests).toEqual(['root@h: get a']);
  });

  it('opens no second connection where nobody asks for one', async () => {
    const fleet = new Fleet('h');
    await fleet.run([play([put('a', '1'), put('b', '1', { become: true })])], { becomes: true });
    expect(fleet.host('h').connects).toBe(1);
  });
});

describe('a step that people are asked before', () => {
  it('is skipped where they do not want it, and leaves no register', async () => {
    const fleet = new Fleet('h');
    const asked: string[] = [];
    const allows = async (host: string, { name }: { readonly name: string }) => {
      asked.push(`${host} ${name}`);
      return name !== 'file b 1';
    };
    await fleet.run([play([put('a', '1'), put('b', '1'), put('c', '1')])], { allows });
    expect(asked).toEqual(['h file a 1', 'h file b 1', 'h file c 1']);
    expect([...fleet.host('h').files.keys()]).toEqual(['a', 'c']);
    expect(fleet.ofType('step.finished')[1]).toMatchObject({ status: 'skipped', reason: { message: 'not wanted' } });
  });
});
