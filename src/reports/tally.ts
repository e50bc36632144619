import type { HostStatus } from '../core/event.ts';
import type { Severity } from '../core/finding.ts';
import type { JsonObject } from '../core/json.ts';
import { foundNow, type HostReport, type Report, SEVERITIES } from '../core/report.ts';

export const HOST_STATUSES: readonly HostStatus[] = [
  ...(['ok', 'changed', 'failed', 'unreachable', 'locked', 'interrupted', 'rolled-back', 'not-attempted'] as const),
];

/** It came to its end, and every host was served. */
export const isSuccess = ({ finishedAt, hosts }: Report): boolean =>
  finishedAt !== undefined && hosts.every(({ status }) => status === 'ok' || status === 'changed');

/** Whether it is known what is so on a host: of one that was not looked at to its end, nothing found means nothing. */
export const isKnown = ({ status, findings, gone }: HostReport): boolean =>
  status === 'ok' || status === 'changed' || status === 'rolled-back' || findings.length + gone.length > 0;

/** The worst of what is so on a host now. */
export function worstOf(report: Report, host: HostReport): Severity | 'none' | 'unknown' {
  const found = foundNow(report, host);
  const worst = SEVERITIES.find((severity) => found.some((finding) => finding.severity === severity));
  return worst ?? (isKnown(host) ? 'none' : 'unknown');
}

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
