import type { Finding } from '../core/finding.ts';
import type { Container } from './daemon.ts';
import { type Code, finding } from './finding-catalogue.ts';
import { containerData, containerLines, whoText } from './finding-evidence.ts';
import { type Said, saidData, saidLines } from './finding-said.ts';
import type { Survey } from './host-survey.ts';
import { isUnexplained } from './host-view.ts';
import type { Keeper } from './kept-namespaces.ts';
import type { Reason } from './message-reason.ts';
import { type Outlook, usersText } from './outlook.ts';
import { classifyMessage } from './removal-error.ts';
import type { storageTexts } from './storage-texts.ts';

/** A Dead container that no mount pins. */
export function unheldFinding(
  outlook: Exclude<Outlook, { kind: 'pinned' }>,
  said: readonly Said[],
  survey: Survey,
): Finding {
  const { container } = outlook;
  switch (outlook.kind) {
    case 'being-removed':
      return about('UW012', container, said, {
        message: 'is being removed right now',
        remedy: 'wait a minute and look again',
      });
    case 'in-use':
      return about('UW013', container, said, {
        message: `is stuck, and its files are in use, so it is left alone: ${usersText(outlook.by, survey)}`,
        remedy: 'save what they need and end them, then run again; unwedge explain UW013',
      });
    case 'other-cause':
      return otherCause(container, outlook.error, said);
    case 'removable':
      return freeOrUnseen(container, outlook.may || isUnexplained(container, survey), said, survey);
    default:
      return outlook satisfies never;
  }
}

const FREE = 'unwedge run free-dead-containers';

function otherCause(container: Container, error: string, said: readonly Said[]): Finding {
  const { reason } = classifyMessage(error);
  const code = isKnown(reason) ? CODES[reason] : 'UW113';
  return about(code, container, said, {
    message: `is stuck, but by no mount: ${failureIn(error)}`,
    remedy: `unmount nothing for this; unwedge explain ${code} tells what to do`,
  });
}

/** What failed, without the sentence around it: that names the container and its driver once more. */
const failureIn = (error: string): string =>
  error
    .trim()
    .replace(/^.*?\bfilesystem(?: (?:for )?[0-9a-f]{64})?: /s, '')
    .replace(/\S+/g, withoutLayerPath);

/** A path down to the last layer in it says nothing that the finding does not. */
function withoutLayerPath(word: string): string {
  const start = word.indexOf('/');
  const layer = [...word.matchAll(/\/[0-9a-f]{64}(?:-init)?(?=[/:])/g)].at(-1);
  if (layer === undefined || layer.index === start) return word;
  return `${word.slice(0, start)}…${word.slice(layer.index + layer[0].length)}`;
}

/** Complete by its type: a class of storage errors without a code does not compile. */
const CODES = {
  'not-permitted': 'UW101',
  'not-empty': 'UW102',
  'io-error': 'UW103',
  'permission-denied': 'UW104',
  'read-only': 'UW105',
  'no-space': 'UW106',
  'no-such-file': 'UW107',
  'device-not-deleted': 'UW108',
  'dataset-missing': 'UW109',
  'layer-not-retained': 'UW110',
  'busy-cgroup': 'UW111',
  'timed-out': 'UW112',
  'layer-in-use-twice': 'UW113', // Said at a start, never at a removal.
} as const satisfies Record<keyof typeof storageTexts | 'timed-out', Code>;

const isKnown = (reason: Reason): reason is keyof typeof CODES => Object.hasOwn(CODES, reason);

function freeOrUnseen(container: Container, may: boolean, said: readonly Said[], { kept }: Survey): Finding {
  const [keeper] = kept.flatMap(({ inode, by }) => by.map((one) => keeperText(one, inode)));
  if (may && keeper !== undefined) {
    return about('UW008', container, said, {
      message: `is stuck, and a namespace without processes may hold it: ${keeper}`,
      remedy: `${FREE} tries again; if it is busy: unwedge explain UW008`,
    });
  }
  if (may && classifyMessage(container.error).cause === 'device-busy') {
    return about('UW011', container, said, {
      message: 'is stuck: docker found its device or dataset open, and no mount of it is seen',
      remedy: `${FREE} tries again; if it is busy: unwedge explain UW011`,
    });
  }
  return about('UW010', container, said, {
    message: `is stuck, and nothing${may ? ' that can be seen' : ''} holds it`,
    remedy: `${FREE} ${may ? 'tries again' : 'removes it'}`,
  });
}

function keeperText(keeper: Keeper, inode: string): string {
  switch (keeper.kind) {
    case 'bind':
      return `mnt:[${inode}], kept by a bind mount at ${keeper.mountpoint}`;
    case 'descriptor':
      return `mnt:[${inode}], kept by descriptor ${keeper.fd} of ${keeper.command} (pid ${keeper.pid})`;
    default:
      return keeper satisfies never;
  }
}

function about(
  code: Code,
  container: Container,
  said: readonly Said[],
  { message, remedy }: Pick<Finding, 'message' | 'remedy'>,
): Finding {
  return finding(code, {
    subject: `container ${whoText(container)}`,
    message: `${whoText(container)} ${message}`,
    remedy,
    evidence: [...containerLines(container), ...saidLines(said)],
    data: { container: containerData(container), said: said.map(saidData), mounts: [] },
  });
}
