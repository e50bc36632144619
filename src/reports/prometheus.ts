import type { StopCause } from '../core/event.ts';
import type { Finding } from '../core/finding.ts';
import { type Family, type Labels, labelText, metricsText, type Sample } from '../core/metrics-text.ts';
import { foundNow, type HostReport, type Report, SEVERITIES } from '../core/report.ts';
import { CHANGE_STATES, counts, grouped, HOST_STATUSES, holdersOn, isSuccess, stuckOn, worstOf } from './tally.ts';

/*
 * Every metric is a gauge: what one report says. Each has the label `report` (audit, check, run, rollback), and those of
 * `labels` below, so that several files may lie in one folder of the textfile collector.
 *
 *   unwedge_stuck_containers                      containers that can't be removed now
 *   unwedge_host_stuck_containers{host}           the same, of the hosts that have any
 *   unwedge_holders{kind}                         who holds their mounts: host, dockerd, container, unit, shim, process, thread, nobody
 *   unwedge_findings{code,severity}               what was found; a code that is not found is left out
 *   unwedge_hosts{status}                         hosts, by how they ended
 *   unwedge_hosts_by_severity{severity}           hosts, by the worst that was found on them (none; unknown: it could not be looked at)
 *   unwedge_changes{state}                        changes, by what became of them
 *   unwedge_group_hosts{group,status}             the same for each group of the inventory; a host may be in several
 *   unwedge_group_stuck_containers{group}
 *   unwedge_group_findings{group,severity}
 *   unwedge_last_run_timestamp_seconds            when it ended (where it has no end: when it began)
 *   unwedge_last_run_duration_seconds             left out where it has no end
 *   unwedge_last_run_success                      1: it came to its end, and every host was served
 *   unwedge_last_run_stopped{by}                  1: this ended it before its last host: failures, window, containers, storm
 *   unwedge_last_success_timestamp_seconds        when one last did; kept from the file that is replaced
 */

export interface PrometheusOptions {
  /** Further labels of every sample, by their names. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The text that this one replaces: what it says of the last success stays true. */
  readonly before?: string;
}

/** For the textfile collector of Prometheus' node_exporter (prometheus.io/docs/instrumenting/exposition_formats). */
export function prometheusReport(report: Report, { labels = {}, before = '' }: PrometheusOptions = {}): string {
  const common = { report: report.kind, ...labels };
  return metricsText([...families(report), ...groupFamilies(report), ...timeFamilies(report, common, before)], common);
}

function families(report: Report): readonly Family[] {
  const { hosts } = report;
  const stuck = hosts.map((host) => [{ host: host.host }, stuckOn(report, host).size] as const);
  const worst = hosts.map((host) => worstOf(report, host));
  return [
    gauge('stuck_containers', 'Containers that cannot be removed now.', [[{}, sum(stuck)]]),
    gauge('host_stuck_containers', 'Containers that cannot be removed now, of the hosts that have any.', [
      ...stuck.filter(([, n]) => n > 0),
    ]),
    gauge('holders', 'Who holds mounts of stuck containers.', [
      ...by(
        'kind',
        HOLDER_KINDS,
        hosts.flatMap((host) => holdersOn(report, host)),
      ),
    ]),
    gauge('findings', 'What was found on hosts, by code.', findingSamples(report)),
    gauge(
      'hosts',
      'Hosts, by how they ended.',
      by(
        'status',
        HOST_STATUSES,
        hosts.map(({ status }) => status),
      ),
    ),
    gauge(
      'hosts_by_severity',
      'Hosts, by the worst that was found on them.',
      by('severity', [...SEVERITIES, 'none', 'unknown'], worst),
    ),
    gauge('changes', 'Changes, by what became of them.', [
      ...by(
        'state',
        CHANGE_STATES,
        hosts.flatMap(({ changes }) => changes.map(({ state }) => state)),
      ),
    ]),
  ];
}

function groupFamilies(report: Report): readonly Family[] {
  const groups = [...hostsByGroup(report.hosts)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const each = (samples: (hosts: readonly HostReport[]) => readonly Sample[]): readonly Sample[] =>
    groups.flatMap(([group, hosts]) => samples(hosts).map(([labels, n]) => [{ group, ...labels }, n] as const));
  const severities = (hosts: readonly HostReport[]) => findingsOn(report, hosts).map(({ severity }) => severity);
  return [
    gauge('group_hosts', 'Hosts of a group of the inventory, by how they ended.', [
      ...each((hosts) =>
        by(
          'status',
          HOST_STATUSES,
          hosts.map(({ status }) => status),
        ),
      ),
    ]),
    gauge('group_stuck_containers', 'Containers of a group of the inventory that cannot be removed now.', [
      ...each((hosts) => [[{}, sum(hosts.map((host) => [{}, stuckOn(report, host).size]))]]),
    ]),
    gauge('group_findings', 'What was found on hosts of a group of the inventory.', [
      ...each((hosts) => by('severity', SEVERITIES, severities(hosts))),
    ]),
  ];
}

function timeFamilies(report: Report, common: Labels, before: string): readonly Family[] {
  const { startedAt, finishedAt } = report;
  const [start, end] = [seconds(startedAt), finishedAt === undefined ? undefined : seconds(finishedAt)];
  const success = isSuccess(report) ? end : lastSuccessIn(before, common);
  return [
    gauge('last_run_timestamp_seconds', 'When it ended, or began where it has no end.', [[{}, end ?? start]]),
    gauge('last_run_duration_seconds', 'How long it took.', end === undefined ? [] : [[{}, round(end - start)]]),
    gauge('last_run_success', 'Whether it came to its end with every host served.', [[{}, isSuccess(report) ? 1 : 0]]),
    gauge('last_run_stopped', 'Whether this ended it before its last host.', [
      ...by('by', STOP_CAUSES, report.stopped === undefined ? [] : [report.stopped.by]),
    ]),
    gauge('last_success_timestamp_seconds', 'When one last came to its end with every host served.', [
      ...(success === undefined ? [] : [[{}, success] as const]),
    ]),
  ];
}

/** Of the same labels. */
function lastSuccessIn(text: string, common: Labels): number | undefined {
  const begin = `unwedge_last_success_timestamp_seconds${labelText(common)} `;
  const line = text.split('\n').find((one) => one.startsWith(begin));
  const value = Number(line?.slice(begin.length));
  return line === undefined || !Number.isFinite(value) ? undefined : value;
}

function hostsByGroup(hosts: readonly HostReport[]): ReadonlyMap<string, readonly HostReport[]> {
  const pairs = hosts.flatMap((host) => (host.groups ?? []).map((group) => ({ group, host })));
  return new Map(
    [...grouped(pairs, ({ group }) => group)].map(([group, some]) => [group, some.map(({ host }) => host)]),
  );
}

const findingsOn = (report: Report, hosts: readonly HostReport[]): readonly Finding[] =>
  hosts.flatMap((host) => foundNow(report, host));

function findingSamples(report: Report): readonly Sample[] {
  const codes = findingsOn(report, report.hosts).map(({ code, severity }) => JSON.stringify([code, severity]));
  return [...counts(codes)].toSorted().map(([key, n]) => {
    const [code = '', severity = ''] = JSON.parse(key) as readonly string[];
    return [{ code, severity }, n];
  });
}

/** A sample for each known value, so that none is missing where it is 0; then the others that occur. */
function by(label: string, known: readonly string[], all: readonly string[]): readonly Sample[] {
  const n = counts(all);
  return [...new Set([...known, ...n.keys()])].map((value) => [{ [label]: value }, n.get(value) ?? 0]);
}

export const HOLDER_KINDS = ['host', 'dockerd', 'container', 'unit', 'shim', 'process', 'thread', 'nobody'] as const;

const STOP_CAUSES: readonly StopCause[] = ['failures', 'window', 'containers', 'storm'];

const gauge = (name: string, help: string, samples: readonly Sample[]): Family => ({
  ...{ name: `unwedge_${name}`, type: 'gauge', help, samples },
});

const sum = (samples: readonly Sample[]): number => samples.reduce((all, [, n]) => all + n, 0);
const round = (n: number): number => Math.round(n * 1000) / 1000;
const seconds = (iso: string): number => Date.parse(iso) / 1000;
