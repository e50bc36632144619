import { matching, whyProtected } from '../../docker/protected.ts';
import type { StaleMount } from '../../docker/stale-mount.ts';
import type { Unit } from './facts.ts';

type Units = ReadonlyMap<string, Unit>;
interface Limits {
  readonly never: readonly string[];
  readonly timeout: number;
}

/** How a holder is restarted. */
export interface Restart {
  /** As systemd or docker knows it. */
  readonly name: string;
  /** Of its main process. */
  readonly pid: number;
  /** Seconds that its stop may take by its own settings. */
  readonly stop: number;
  /** For people: what stops, and for how long at most. */
  readonly cost: string;
}

export function restartOfUnit(name: string, units: Units): Restart {
  const unit = units.get(name) ?? {};
  const along = takenAlong(name, units);
  const also = along.length === 0 ? '' : `; systemd restarts ${along.join(', ')} along with it`;
  const cost = `it has ${unit.TimeoutStopUSec} to stop and ${unit.TimeoutStartUSec} to start${also}`;
  return { name, pid: Number(unit.MainPID), stop: Math.ceil(stopLimit(unit)), cost };
}

/** Why systemd should not, or could not, restart this service; undefined: it can. */
export function refusalOfUnit(
  name: string,
  mounts: readonly StaleMount[],
  limits: Limits,
  units: Units,
): string | undefined {
  const unit = units.get(name);
  if (unit === undefined) return 'systemd does not tell of it';
  return (
    protectedName(name) ??
    notIts(unit, mounts) ??
    notRestartable(unit) ??
    tooSlow(unit, limits) ??
    takesTooMuchAlong(name, limits, units)
  );
}

function protectedName(name: string): string | undefined {
  const why = whyProtected(name);
  return why && `it is never restarted: ${why}`;
}

/** A systemd inside another kind of container has units of the same names. */
function notIts({ ControlGroup = '' }: Unit, mounts: readonly StaleMount[]): string | undefined {
  const strange = mounts
    .flatMap(({ namespace }) => namespace.processes)
    .find(({ cgroup }) => ControlGroup === '' || !`${cgroup}/`.startsWith(`${ControlGroup}/`));
  return (
    strange && `process ${strange.command} (pid ${strange.pid}) belongs to a unit of another systemd than the host's`
  );
}

function notRestartable(unit: Unit): string | undefined {
  const { LoadState, ActiveState, Type, MainPID = '0', FragmentPath = '' } = unit;
  if (LoadState !== 'loaded') return `systemd could not start it again: it is ${LoadState}`;
  if (ActiveState !== 'active') return `it is ${ActiveState}`;
  if (Type === 'oneshot') return 'it does its work once (Type=oneshot), and a restart would do it again';
  if (MainPID === '0') return 'systemd knows no main process of it';
  if (FragmentPath === '' || FragmentPath.includes('/transient/'))
    return 'it has no unit file: once stopped, it is gone';
  // What is left of it would keep the mount; and agents that run others' programs are made so, whatever they are called.
  if (['process', 'none'].includes(unit.KillMode ?? ''))
    return `a restart leaves its other processes running (KillMode=${unit.KillMode})`;
  if (unit.Delegate === 'yes') return "it runs others' processes in control groups of its own (Delegate=yes)";
  const refused = ['RefuseManualStop', 'RefuseManualStart'].find((key) => unit[key] === 'yes');
  return refused && `its unit says ${refused}=yes`;
}

function tooSlow(unit: Unit, { timeout }: Limits): string | undefined {
  if (stopLimit(unit) <= timeout) return undefined;
  return `its stop may take ${unit.TimeoutStopUSec ?? 'any time'}, longer than ${timeout} s (timeout)`;
}

function takesTooMuchAlong(name: string, { never }: Limits, units: Units): string | undefined {
  const unwanted = takenAlong(name, units).find(
    (other) => whyProtected(other) !== undefined || matching(never, [other]) !== undefined || !ORDINARY.test(other),
  );
  return unwanted && `systemd would restart ${unwanted} along with it`;
}

/** What a restart only stops and starts; a target or a mount may take anything along. */
const ORDINARY = /\.(service|socket|timer|path)$/;

/** Seconds that systemd gives its stop: Infinity where there is no limit. */
const stopLimit = (unit: Unit): number => secondsOf(unit.TimeoutStopUSec ?? '');

/** The active units that systemd restarts along with it, in turn. */
function takenAlong(name: string, units: Units): string[] {
  const along = new Set([name]);
  for (const each of along) {
    const unit = units.get(each) ?? {};
    const next = DEPENDANTS.flatMap((key) => (unit[key] ?? '').split(' '));
    for (const other of next) if (RUNS.has(units.get(other)?.ActiveState ?? '')) along.add(other);
  }
  along.delete(name);
  return [...along];
}

const DEPENDANTS = ['RequiredBy', 'RequisiteOf', 'BoundBy', 'ConsistsOf'];
const RUNS: ReadonlySet<string> = new Set(['active', 'activating', 'reloading']);

const SECONDS: Readonly<Record<string, number>> = {
  us: 1e-6,
  ms: 0.001,
  s: 1,
  min: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
};

/** systemd's `1min 30s`; Infinity where it says `infinity`, or anything else. */
function secondsOf(text: string): number {
  const parts = text.split(' ').map((part) => /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(part));
  return parts.reduce((sum, part) => sum + Number(part?.[1]) * (SECONDS[part?.[2] ?? ''] ?? Number.NaN), 0) || Infinity;
}
