import { missing, readNote } from './note.ts';
import type { Found } from './schedule.ts';

/** Properties of a unit, by name. */
export type UnitState = ReadonlyMap<string, string>;

interface Texts {
  readonly service: string | undefined;
  readonly timer: string | undefined;
}

/** A schedule as its two units tell of it: what their files say, and what systemd says. */
export function foundUnits(name: string, texts: Texts, states: { timer: UnitState; service: UnitState }): Found {
  const note = readNote(texts.service ?? texts.timer ?? '');
  const next = states.timer.get('NextElapseUSecRealtime') ?? '';
  return {
    ...(note ?? { mode: 'check', when: '', playbooks: [], inventory: [] }),
    name,
    next: next === '' || next === 'n/a' ? undefined : next,
    last: lastOf(states.service),
    broken: [
      ...filesMissing(texts),
      ...(note ? missing(note) : ["its files are not as 'unwedge schedule add' makes them"]),
      ...ill(states.timer),
    ],
  };
}

const filesMissing = (texts: Texts): string[] =>
  (['service', 'timer'] as const).flatMap((kind) => (texts[kind] === undefined ? [`it has no ${kind}`] : []));

function ill(timer: UnitState): string[] {
  const expected = { LoadState: 'loaded', UnitFileState: 'enabled', ActiveState: 'active' };
  return Object.entries(expected).flatMap(([key, value]) =>
    timer.get(key) === value ? [] : [`systemd says of its timer: ${key}=${timer.get(key) ?? ''}`],
  );
}

function lastOf(service: UnitState): Found['last'] {
  if (service.get('ActiveState') === 'activating') return 'at work';
  const at = service.get('ExecMainExitTimestamp') ?? '';
  return at === '' || at === 'n/a' || at === '0' ? undefined : { at, code: exitCode(service) };
}

/** Of a service's last run; one ended by a signal as a shell tells it. */
export function exitCode(service: UnitState): number {
  const status = Number(service.get('ExecMainStatus') ?? Number.NaN);
  // CLD_EXITED is 1 (waitid(2)).
  return service.get('ExecMainCode') === '1' ? status : 128 + status;
}
