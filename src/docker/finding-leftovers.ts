import type { Finding } from '../core/finding.ts';
import { finding } from './finding-catalogue.ts';
import { counted, listed, shortId } from './finding-evidence.ts';
import { failuresIn, saidData, saidLines } from './finding-said.ts';
import type { Survey } from './host-survey.ts';
import type { Leftover } from './orphans.ts';

const SHOWN = 50;

/** What removals left behind below docker's root, and what was said of removals that have come to an end. */
export function leftoverFindings(survey: Survey): Finding[] {
  const directories = survey.leftovers.filter(({ kind }) => kind === 'container-directory');
  const layers = survey.leftovers.filter(({ kind }) => kind !== 'container-directory');
  return [
    ...leftovers('UW201', directories, 'containers', survey.daemon.root),
    ...leftovers('UW202', layers, 'layers of containers', survey.daemon.root),
    ...pastFailures(survey),
  ];
}

const REMEDIES = {
  UW201: 'they only take space; a step `orphans` with remove: true takes away what is empty, and deletes no file',
  UW202: 'they only take space; set the docker root up afresh when the host can be drained',
} as const;

function leftovers(code: 'UW201' | 'UW202', found: readonly Leftover[], what: string, root: string): Finding[] {
  if (found.length === 0) return [];
  const names = listed(found.map((one) => shortId(nameOf(one))));
  const paths = found.map(({ path }) => path);
  return [
    finding(code, {
      subject: root,
      message: `${counted(found.length, 'directory', 'directories')} of ${what} that docker does not know: ${names}`,
      remedy: REMEDIES[code],
      evidence: [...paths.slice(0, SHOWN), ...(paths.length > SHOWN ? [`and ${paths.length - SHOWN} more`] : [])],
      data: { paths: paths.slice(0, SHOWN), count: paths.length },
    }),
  ];
}

const nameOf = (one: Leftover): string => (one.kind === 'layer-directory' ? one.layer : one.id);

function pastFailures({ dead, messages }: Survey): Finding[] {
  const said = failuresIn(messages).filter(({ message }) => message.cause !== 'other');
  if (dead.length > 0 || said.length === 0) return [];
  return [
    finding('UW203', {
      subject: 'host',
      message: `no container is stuck, but ${counted(said.length, 'message')} of the last day ${said.length === 1 ? 'tells' : 'tell'} of a removal that failed`,
      remedy: 'look at the causes that wait (UW301 and on); -v shows the messages',
      evidence: saidLines(said),
      data: { said: said.slice(-SHOWN).map(saidData) },
    }),
  ];
}
