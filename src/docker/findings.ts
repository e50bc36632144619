import type { Change } from '../core/change.ts';
import type { Finding } from '../core/finding.ts';
import { copyFindings } from './finding-copies.ts';
import { heldFinding, refusalsOf } from './finding-held.ts';
import { hostFindings } from './finding-host.ts';
import { leftoverFindings } from './finding-leftovers.ts';
import { mountFlagsFindings } from './finding-mountflags.ts';
import { failuresIn, saidOf } from './finding-said.ts';
import { unheldFinding } from './finding-unheld.ts';
import type { Survey } from './host-survey.ts';
import { outlooks } from './outlook.ts';
import type { StaleMount } from './stale-mount.ts';

/** All that a survey tells, once the pending changes are made: the most severe first, then by code and words. */
export function findingsOf(survey: Survey, pending: readonly Change[] = []): Finding[] {
  const found = [
    ...stuckFindings(survey, pending),
    ...leftoverFindings(survey),
    ...copyFindings(survey, pending),
    ...mountFlagsFindings(survey.daemon),
    ...hostFindings(survey.daemon, pending),
  ];
  return sorted(found);
}

/** Those that no mount, no namespace and no log is needed for. */
export const userFindings = (survey: Survey): Finding[] =>
  sorted([...stuckFindings(survey, []), ...copyFindings(survey, []), ...hostFindings(survey.daemon, [])]);

const sorted = (found: readonly Finding[]): Finding[] =>
  [...found].sort(
    (a, b) => RANK[a.severity] - RANK[b.severity] || compare(a.code, b.code) || compare(a.message, b.message),
  );

const RANK = { critical: 0, warning: 1, info: 2 } as const;

/** By code units: the same on every machine, whatever its language. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Each stuck container: by each namespace that pins it, or by its cause. */
function stuckFindings(survey: Survey, pending: readonly Change[]): Finding[] {
  const logged = failuresIn(survey.messages);
  const refusals = refusalsOf(survey);
  return outlooks(survey, pending).flatMap((outlook) => {
    const said = saidOf(outlook.container, logged);
    if (outlook.kind !== 'pinned') return [unheldFinding(outlook, said, survey)];
    return byNamespace(outlook.by).map((held) => heldFinding(outlook.container, held, said, refusals, survey.daemon));
  });
}

function byNamespace(mounts: readonly StaleMount[]): [StaleMount, ...StaleMount[]][] {
  const groups = new Map<string, [StaleMount, ...StaleMount[]]>();
  for (const mount of mounts) {
    const group = groups.get(mount.namespace.inode);
    if (group) group.push(mount);
    else groups.set(mount.namespace.inode, [mount]);
  }
  return [...groups.values()];
}
