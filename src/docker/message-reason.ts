/** Why a removal failed, from the words of the message alone (docs/docker-facts.md §1). */
import { ERRNOS } from './message-errno.ts';

/** The corpus' words. `device-busy`: something open that the message names by device or dataset, not by path. */
export type Cause = 'busy-mount' | 'device-busy' | 'other';

export type Reason = keyof typeof CAUSES;

const CAUSES = {
  'busy-mount': 'busy-mount',
  'busy-at-start': 'busy-mount',
  'mount-point-left': 'busy-mount',
  'listed-mount': 'busy-mount',
  'busy-device': 'device-busy',
  'thin-device-open': 'device-busy',
  'dataset-busy': 'device-busy',
  'busy-cgroup': 'other',
  'already-removing': 'other',
  'marked-for-removal': 'other',
  running: 'other',
  paused: 'other',
  'not-running': 'other',
  'no-such-container': 'other',
  'name-conflict': 'other',
  'daemon-unreachable': 'other',
  'timed-out': 'other',
  'not-loaded': 'other',
  'layer-not-retained': 'other',
  'layer-released': 'other',
  'namespace-lost': 'other',
  'start-failed': 'other',
  'device-not-deleted': 'other',
  'dataset-missing': 'other',
  'not-permitted': 'other',
  'not-empty': 'other',
  'io-error': 'other',
  'permission-denied': 'other',
  'read-only': 'other',
  'no-space': 'other',
  'no-such-file': 'other',
  'layer-in-use-twice': 'other',
  'messages-suppressed': 'other',
  'listed-elsewhere': 'other',
  'listed-dead': 'other',
  'listed-removing': 'other',
  'listed-alive': 'other',
  unknown: 'other',
} as const satisfies Record<string, Cause>;

export const REASONS = Object.keys(CAUSES) as Reason[];

export const causeOf = (reason: Reason): Cause => CAUSES[reason];

const BUSY = /device or resource busy|resource busy|target is busy|\[Errno 16\]/i;

/** The first rule whose patterns all match. What is busy comes before what else the same text says. */
const RULES: readonly (readonly [Reason, ...RegExp[]])[] = [
  ['busy-cgroup', BUSY, /\/sys\/fs\/cgroup\//],
  ['busy-at-start', BUSY, /error creating \w+ mount|failed to mount|error while mounting/i],
  // Only a warning since 18.04 (732dd9b848): the removal goes on.
  ['mount-point-left', BUSY, /unable to remove mount ?point/i],
  ['thin-device-open', /Deletion of thin device \d+ failed/],
  // EBUSY of the device itself, which devicemapper passes on without a path.
  [
    'busy-device',
    BUSY,
    /dm_task_run|device-mapper: |Error running |(?:remove|removing|unmounting|deactivating) device /i,
  ],
  ['busy-device', /unable to remove open device|remove_all left \d+ open device/],
  ['busy-mount', /\bumount: \S/i, /: device is busy/i],
  ['busy-device', /device is busy/i],
  ['dataset-busy', /dataset is busy/i],
  ['busy-mount', BUSY],
  ['already-removing', /removal of container \S{1,256} is already in progress|removal already in progress/i],
  ['marked-for-removal', /marked for removal/i],
  ['paused', /remove a paused container|container is paused/i],
  ['running', /remove a (?:running|restarting) container|container is (?:running|restarting)/i],
  ['no-such-container', /no such (?:container|object|id)\b/i],
  ['name-conflict', /container name \S{1,256} is already (?:in use|assigned)/i],
  ['layer-not-retained', /layer not retained/i],
  ['daemon-unreachable', /cannot connect to the docker daemon|docker daemon running|docker daemon socket/i],
  ['daemon-unreachable', /\bdial (?:unix|tcp)\b|\bdocker\.sock\b/i],
  ['timed-out', /context deadline exceeded|Client\.Timeout|request canceled|timed out/i],
  ['not-loaded', /failed to load container/i],
  ['namespace-lost', /starting setns process|unable to find user \S{1,256} no matching entries in passwd/i],
  ['start-failed', /(?:re)?start container|OCI runtime create failed|failed to create (?:shim )?task/i],
  ['not-running', /is not running\b/i],
  ['dataset-missing', /dataset does not exist/i],
  ['device-not-deleted', /dm_task_run failed|Error running \w*(?:delete|remove)\w*/i],
  ...ERRNOS.map(([words, reason]): readonly [Reason, RegExp] => [reason, new RegExp(words, 'i')]),
  ['layer-in-use-twice', /upperdir is in-use/i],
  ['messages-suppressed', /callbacks suppressed/],
];

export function reasonIn(text: string): Reason {
  return RULES.find(([, ...patterns]) => patterns.every((pattern) => pattern.test(text)))?.[0] ?? 'unknown';
}
