import { expect, test, vi } from 'vitest';
import type { RunEvent } from '../../src/core/event.ts';
import { createReporter } from '../../src/reporters/index.ts';
import type { Reporter } from '../../src/reporters/reporter.ts';
import { Captured } from './captured.ts';
import * as rollouts from './rollout-scenarios.ts';
import * as scenarios from './scenarios.ts';
import { Screen } from './screen.ts';

/** A tree reporter on a terminal whose time stands still between events. */
class Show {
  readonly screen: Screen;
  readonly #reporter: Reporter;
  readonly #time: { now: number; ticks: Set<() => void> };

  private constructor(screen: Screen, reporter: Reporter, time: { now: number; ticks: Set<() => void> }) {
    this.screen = screen;
    this.#reporter = reporter;
    this.#time = time;
  }

  static async on(screen: Screen, options = { diff: false, verbose: 0 }, color = false): Promise<Show> {
    const time = { now: 0, ticks: new Set<() => void>() };
    const ticker = {
      now: () => time.now,
      every(_: number, tick: () => void) {
        time.ticks.add(tick);
        return () => time.ticks.delete(tick);
      },
    };
    const output = { stdout: screen, stderr: new Captured(), columns: screen.columns, color };
    return new Show(screen, await createReporter('tree', output, options, ticker), time);
  }

  /** Plays events in their time; redraws once a second of it. */
  play(events: readonly RunEvent[]): void {
    for (const event of events) {
      if (Date.parse(event.at) >= this.#time.now + 1000) this.#tick(Date.parse(event.at));
      this.#reporter.event(event);
    }
    this.#tick(Date.parse(events.at(-1)?.at ?? ''));
  }

  #tick(now: number): void {
    this.#time.now = now;
    for (const tick of this.#time.ticks) tick();
  }

  /** listr2 starts in its own time. */
  async live(): Promise<void> {
    await vi.waitFor(() => expect(this.screen.text).toContain('▸'), { interval: 1, timeout: 60_000 });
  }

  end(): Promise<void> {
    return this.#reporter.end();
  }
}

/** The event after which a run is in the middle of things. */
const upTo = (events: RunEvent[], share: number): [RunEvent[], RunEvent[]] => {
  const middle = Math.floor(events.length * share);
  return [events.slice(0, middle), events.slice(middle)];
};

test.each([80, 160])(
  '300 hosts on %i columns: a frame that fits while it runs, a line for the play and the recap when it ends',
  async (columns) => {
    const screen = new Screen(columns, 24);
    const show = await Show.on(screen);
    const [before, after] = upTo(scenarios.manyHosts(), 0.4);
    show.play(before.slice(0, 3));
    await show.live();
    show.play(before.slice(3));
    const middle = screen.text;
    expect(screen.lines.length).toBeLessThanOrEqual(23);
    expect(screen.wrapped).toEqual([]);
    show.play(after);
    await show.end();
    await expect(`${middle.trimEnd()}\n${'═'.repeat(columns)}\n${screen.text}`).toMatchFileSnapshot(
      `../golden/tree-300-hosts-${columns}.txt`,
    );
  },
);

test('three hosts have a line each, and leave one for the play', async () => {
  const screen = new Screen(80, 24);
  const show = await Show.on(screen);
  const [before, after] = upTo(scenarios.threeHosts(), 0.5);
  show.play(before.slice(0, 3));
  await show.live();
  show.play(before.slice(3));
  const middle = screen.text;
  show.play(after);
  await show.end();
  await expect(`${middle.trimEnd()}\n${'═'.repeat(80)}\n${screen.text}`).toMatchFileSnapshot(
    '../golden/tree-3-hosts.txt',
  );
});

test.each([
  ['check-fleet', scenarios.checkFleet()],
  ['failure-rolled-back', scenarios.failureRolledBack()],
  ['rollback', scenarios.rollback()],
  ['rollout-300', rollouts.stopped()],
  ['rollout-3', rollouts.planned(3, [['web-1'], ['web-2', 'web-3']], rollouts.careful).events],
  ['interrupted', scenarios.interrupted()],
  ['hostile-text', scenarios.hostileText()],
  ['findings-check', scenarios.findings('check')],
  ['findings-of-fleet', scenarios.findingsOfFleet()],
])('what stays on the screen of %s', async (name, events) => {
  const screen = new Screen(80, 24);
  const show = await Show.on(screen);
  show.play(events);
  await show.end();
  await expect(screen.text).toMatchFileSnapshot(`../golden/tree-${name}.txt`);
});

test.each([80, 160])('findings on %i columns: what is left, what is gone; no line is too long', async (columns) => {
  const screen = new Screen(columns, 24);
  const show = await Show.on(screen, { diff: false, verbose: 1 });
  show.play(scenarios.findings());
  await show.end();
  // The hint with the two run ids is for copying: the terminal may wrap it.
  expect(screen.wrapped.filter((line) => !line.startsWith('journal: '))).toEqual([]);
  await expect(screen.text).toMatchFileSnapshot(`../golden/tree-findings-${columns}.txt`);
});

test('plays follow each other, each leaves its line', async () => {
  const screen = new Screen(80, 24);
  const show = await Show.on(screen);
  const script = new scenarios.Script().started('run', ['web-1']).play(['web-1'], 1, 'First');
  script
    .step('web-1', 'scan', 0)
    .seconds(2)
    .stepEnds('web-1', 'scan', 'changed', 1)
    .play(['web-1'], 1, 'Second')
    .seconds(3);
  script.step('web-1', 'scan', 0).stepEnds('web-1', 'scan', 'ok').hostEnds('web-1', 'changed', 1);
  show.play(script.ended());
  await show.end();
  expect(screen.lines.slice(1, 3)).toEqual(['✔ First  · 1 host: 1 changed · 2 s', '✔ Second  · 1 host: 1 ok · 3 s']);
});

test('a run that breaks off leaves its last picture as a summary, and no recap', async () => {
  const screen = new Screen(80, 24);
  const show = await Show.on(screen);
  const script = new scenarios.Script().started('run', scenarios.hosts(3)).play(scenarios.hosts(3));
  show.play(script.goesThrough('web-1').host('web-2').step('web-2', 'umount', 1).seconds(3).events);
  await show.end();
  expect(screen.lines.slice(1)).toEqual([
    '✖ Free Dead containers  · 3 hosts: 1 ok, 1 interrupted, 1 not attempted · 0 s',
  ]);
});

test('a fault of the picture does not end the run, hides no recap and is told at the end', async () => {
  const stdout = new Captured();
  let faulty = false;
  const output = {
    ...{ stdout, stderr: new Captured(), color: false },
    get columns() {
      if (faulty) throw new Error('no columns');
      return 80;
    },
  };
  let tick = () => {};
  const ticker = {
    now: () => 0,
    every(_: number, draw: () => void) {
      tick = draw;
      return () => {};
    },
  };
  const reporter = await createReporter('tree', output, { diff: false, verbose: 0 }, ticker);
  const [before, after] = upTo(scenarios.threeHosts(), 0.5);
  for (const event of before) reporter.event(event);
  await vi.waitFor(() => expect(stdout.text).toContain('▸'), { interval: 1, timeout: 60_000 });
  faulty = true;
  tick();
  faulty = false;
  for (const event of after) reporter.event(event);
  await expect(reporter.end()).rejects.toThrow('no columns');
  expect(stdout.text).toContain('\n3 hosts: 1 changed, 1 ok, 1 unreachable\n');
});

test('without colour, no colour', async () => {
  const written: string[] = [];
  const screen = new Screen(80, 24);
  const write = screen._write.bind(screen);
  screen._write = (chunk: Buffer, encoding, done) => {
    written.push(chunk.toString());
    write(chunk, encoding, done);
  };
  const show = await Show.on(screen);
  show.play(scenarios.failureRolledBack());
  await show.end();
  expect(written.join('')).not.toMatch(/\u001b\[[0-9;]*m/);
});
