import type { HostStatus, StopCause } from '../core/event.ts';
import type { Finding, Severity } from '../core/finding.ts';
import type { JsonObject } from '../core/json.ts';
import { foundNow, type HostReport, type Report, type ReportedChange, SEVERITIES } from '../core/report.ts';

const KNOWN: Readonly<Record<HostStatus, true>> = {
  ...{ ok: true, changed: true, failed: true, unreachable: true, locked: true, flapping: true, drifted: true },
  ...{ interrupted: true, 'rolled-back': true, 'not-attempted': true },
};
export const HOST_STATUSES = Object.keys(KNOWN) as readonly HostStatus[];

const STATES: Readonly<Record<ReportedChange['state'], true>> = {
  ...{ planned: true, applying: true, applied: true, 'in-doubt': true, drifted: true, left: true },
  ...{ undoing: true, undone: true, 'undo-failed': true, irreversible: true },
};
export const CHANGE_STATES = Object.keys(STATES) as readonly ReportedChange['state'][];

const CAUSES: Readonly<Record<StopCause, true>> = {
  ...{ failures: true, window: true, containers: true, storm: true, confirm: true },
};
export const STOP_CAUSES = Object.keys(CAUSES) as readonly StopCause[];

/** It came to its end, and every host was served. */
export const isSuccess = ({ finishedAt, hosts }: Report): boolean =>
  finishedAt !== undefined && hosts.every(({ status }) => status === 'ok' || status === 'changed');

/** Whether a host was looked at to its end: of another one, nothing found means nothing. */
export const isKnown = ({ status }: HostReport): boolean =>
  status === 'ok' || status === 'changed' || status === 'rolled-back';

/** The worst of what is so on a host now. */
export function worstOf(report: Report, host: HostReport): Severity | 'none' | 'unknown' {
  const found = foundNow(report, host);
  const worst = SEVERITIES.find((severity) => found.some((finding) => finding.severity === severity));
  return worst ?? (isKnown(host) && !host.unchecked ? 'none' : 'unknown');
}

/** Whether something is so now, on any host, that is as severe or worse. */
export const hasFound = (report: Report, severity: Severity): boolean =>
  report.hosts.some((host) => foundNow(report, host).some((finding) => isAsSevere(finding, severity)));

export const isAsSevere = (finding: Finding, severity: Severity): boolean =>
  SEVERITIES.indexOf(finding.severity) <= SEVERITIES.indexOf(severity);

/** Containers that are stuck on a host now, by their ids; each is told once for everyone who holds it. */
export function stuckOn(report: Report, host: HostReport): ReadonlySet<string> {
  const stuck = foundNow(report, host).filter(({ severity }) => severity === 'critical');
  return new Set(stuck.flatMap(({ data }) => textAt(data?.container, 'id') ?? []));
}

/** Who holds mounts of stuck containers on a host, each once, by its kind. */
export function holdersOn(report: Report, host: HostReport): readonly string[] {
  const kinds = foundNow(report, host).flatMap(({ data }): [string, string][] => {
    const kind = textAt(data?.holder, 'kind');
    const [mount] = Array.isArray(data?.mounts) ? data.mounts : [];
    return kind === undefined ? [] : [[JSON.stringify([data?.holder, Object(mount).namespace]), kind]];
  });
  return [...new Map(kinds).values()];
}

const textAt = (value: unknown, key: string): string | undefined => {
  const found = Object(value as JsonObject | undefined)[key];
  return typeof found === 'string' ? found : undefined;
};

/** How often each of them occurs. */
export function counts<T>(items: Iterable<T>): ReadonlyMap<T, number> {
  const all = new Map<T, number>();
  for (const item of items) all.set(item, (all.get(item) ?? 0) + 1);
  return all;
}

/** The same items under what each of them gives, in the order of the first of each. */
export function grouped<T>(items: Iterable<T>, keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

/** Hosts with the containers that a change has left down, or that one would. */
export const downOn = (hosts: readonly HostReport[]): { readonly host: string; readonly names: readonly string[] }[] =>
  hosts
    .map(({ host, changes }) => ({ host, names: [...new Set(changes.flatMap(stopsForGood))] }))
    .filter(({ names }) => names.length > 0);

/** A restart is undone by another restart, which starts none of them. */
const stopsForGood = ({ state, down = [] }: ReportedChange): readonly string[] =>
  state === 'drifted' || state === 'left' ? [] : down;
