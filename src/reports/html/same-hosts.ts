import { withoutIds } from '../../core/alike.ts';
import type { HostStatus } from '../../core/event.ts';
import { compare, type FleetHost, STANDINGS, STATUSES, type Standing, tally } from './fleet.ts';

/** Hosts of which the same is to be told: one row. */
export interface SameHosts {
  readonly standing: Standing;
  readonly status: HostStatus;
  readonly codes: readonly string[];
  /** In the order of the report. */
  readonly hosts: readonly [FleetHost, ...FleetHost[]];
  /** Who holds mounts there, on how many of them. */
  readonly heldBy: readonly [who: string, hosts: number][];
  /** Why they did not go well, on how many of them; without their own names. */
  readonly reasons: readonly [reason: string, hosts: number][];
}

/** Hosts with the same outcome and the same codes, together; outliers first: the worst, and of these the fewest. */
export function sameHosts(fleet: readonly FleetHost[]): SameHosts[] {
  const groups = new Map<string, [FleetHost, ...FleetHost[]]>();
  for (const host of fleet) {
    const key = JSON.stringify([host.report.status, host.standing, host.codes]);
    const group = groups.get(key);
    if (group) group.push(host);
    else groups.set(key, [host]);
  }
  return [...groups.values()].map(told).toSorted(outliersFirst);
}

function told(hosts: [FleetHost, ...FleetHost[]]): SameHosts {
  const [{ report, standing, codes }] = hosts;
  return {
    ...{ status: report.status, standing, codes, hosts },
    heldBy: tally(hosts.flatMap(({ holders }) => holders.map(holderWords))),
    reasons: tally(hosts.flatMap(reasonWithoutName)),
  };
}

/** `container cadvisor`, `unit ntpd.service`, `the host` */
export const holderWords = ({ kind, name }: FleetHost['holders'][number]): string =>
  ['container', 'unit', 'process', 'thread'].includes(kind) ? `${kind} ${name}` : name;

const reasonWithoutName = ({ report: { host, reason } }: FleetHost): string[] =>
  reason === undefined ? [] : [withoutIds(reason.message.replaceAll(host, '…'))];

const outliersFirst = (a: SameHosts, b: SameHosts): number =>
  STANDINGS.indexOf(a.standing) - STANDINGS.indexOf(b.standing) ||
  STATUSES.indexOf(a.status) - STATUSES.indexOf(b.status) ||
  a.hosts.length - b.hosts.length ||
  compare(a.codes.join(), b.codes.join());
