import type { Finding } from '../../core/finding.ts';
import { printable } from '../../core/printable.ts';
import type { Report } from '../../core/report.ts';
import { shippedIn } from '../../core/shipped.ts';
import { type FleetHost, worstFirst } from './fleet.ts';

/** Something to run, for people to copy. */
export interface Command {
  readonly what: string;
  /** One after the other. */
  readonly lines: readonly string[];
}

/** What to run next for these hosts: remedies that the findings name, and what goes on with or takes back the run. */
export function commandsFor(report: Report, hosts: readonly FleetHost[]): Command[] {
  switch (report.kind) {
    case 'audit':
      return remedies(hosts);
    case 'check':
      return carryOut(report, hosts);
    case 'run':
      return goOn(report, hosts);
    case 'rollback':
      return [];
    default:
      return report.kind satisfies never;
  }
}

/** The playbooks that remedies name, what is worst first; each first without any change. */
function remedies(hosts: readonly FleetHost[]): Command[] {
  const findings = hosts.flatMap((host) => host.findings).toSorted(worstFirst);
  const playbooks = [...new Set(findings.flatMap(playbookOf))];
  return playbooks.flatMap((playbook) => {
    const on = hosts.filter((host) => host.findings.flatMap(playbookOf).includes(playbook));
    const line = runOn([playbook], on);
    const what = `What ${playbook} would do, without any change; then do it`;
    return line === undefined ? [] : [{ what, lines: [`${line} --check`, line] }];
  });
}

const playbookOf = ({ remedy }: Finding): string[] => [shippedIn(remedy) ?? []].flat();

function carryOut({ playbooks }: Report, hosts: readonly FleetHost[]): Command[] {
  const changing = hosts.filter(({ report }) => report.changes.length > 0);
  const line = runOn(playbooks, changing);
  return line === undefined ? [] : [{ what: 'Make the changes that this dry run tells of', lines: [line] }];
}

/** Never without a limit: a host whose name fits on no line is left out. */
function runOn(playbooks: readonly string[], hosts: readonly FleetHost[]): string | undefined {
  const names = hosts.map(({ report }) => report.host).filter((name) => printable(name) === name);
  if (names.length === 0) return undefined;
  return `unwedge run ${playbooks.map(word).join(' ')} -i INVENTORY -l ${word(names.join(','))}`;
}

function goOn({ run }: Report, hosts: readonly FleetHost[]): Command[] {
  const finished = hosts.every(({ report: { status } }) => status === 'ok' || status === 'changed');
  const changed = hosts.some(
    ({ report: { changes, undoable } }) => undoable !== 0 && changes.some(({ state }) => state === 'applied'),
  );
  const resume = { what: 'Go on with the hosts that it did not finish', lines: [`unwedge resume ${word(run)}`] };
  const rollback = { what: 'Take its changes back', lines: [`unwedge rollback ${word(run)}`] };
  return [
    { what: 'See what it did, step by step', lines: [`unwedge runs show ${word(run)}`] },
    ...(finished ? [] : [resume]),
    ...(changed ? [rollback] : []),
  ];
}

/** As a POSIX shell takes it for one word. */
const word = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
