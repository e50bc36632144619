import { probeScript } from '../core/host-script.ts';
import { printable } from '../core/printable.ts';
import type { ReadOnlySession } from '../core/session.ts';
import { parseDaemon } from './daemon.ts';
import type { Survey } from './host-survey.ts';
import { noMounts, viewOf } from './host-view.ts';

/** What a user who is not root can see of a host. */
export interface UserSurvey {
  /** Undefined where docker lets only others ask. No mount and no log was seen. */
  readonly survey: Survey | undefined;
  /** A line each: what could not be seen, and why. */
  readonly unseen: readonly string[];
}

const daemonScript = probeScript('docker/daemon.sh');
const containersScript = probeScript('docker/containers.sh');

const HOLDERS = "who holds mounts: only root may look into others' mount namespaces";
const LOG = "docker's log: only root may read it";

/** The look of an audit whose user is not root: what docker, the kernel and files that all may read tell. Never refuses for a right that it lacks. */
export async function surveyAsUser(host: ReadOnlySession): Promise<UserSurvey> {
  const around = await host.probe(daemonScript, ['anyone']);
  if (around.code !== 0) return { survey: undefined, unseen: [notAsked(around.stderr, around.code), HOLDERS, LOG] };
  const told = await host.probe(containersScript);
  if (told.code !== 0) return { survey: undefined, unseen: [notAsked(told.stderr, told.code), HOLDERS, LOG] };
  const view = viewOf(parseDaemon(around.stdout + told.stdout), noMounts, []);
  const survey = { ...view, copies: [], kept: [], messages: [], leftovers: [], units: new Map() };
  return { survey, unseen: [HOLDERS, LOG] };
}

const notAsked = (stderr: string, code: number): string =>
  `docker and its containers: ${printable(stderr.trim().split('\n')[0] ?? '') || `exit code ${code}`}`;
