/** Findings about containers that are Dead for another cause than a mount, by what docker said; and about what removals left behind. */
import type { FindingText } from './finding-text.ts';
import type { ReasonText } from './remedies.ts';
import { LEAVE, RETRY } from './remedies.ts';
import { stateTexts } from './state-texts.ts';
import { storageTexts } from './storage-texts.ts';

const stuck = (text: ReasonText, ...sources: string[]) => ({ severity: 'critical', ...text, sources }) as const;

export const otherTexts = {
  UW101: stuck(storageTexts['not-permitted'], 'chattr(1)'),
  UW102: stuck(storageTexts['not-empty'], 'moby#30392'),
  UW103: stuck(storageTexts['io-error'], 'unlink(2), EIO'),
  UW104: stuck(storageTexts['permission-denied'], 'unlink(2), EACCES'),
  UW105: stuck(storageTexts['read-only'], 'unlink(2), EROFS'),
  UW106: stuck(storageTexts['no-space'], 'rename(2), ENOSPC and EDQUOT'),
  UW107: stuck(storageTexts['no-such-file'], 'unlink(2), ENOENT'),
  UW108: stuck(storageTexts['device-not-deleted'], 'moby#34463'),
  UW109: stuck(storageTexts['dataset-missing'], 'moby#43080'),
  UW110: stuck(storageTexts['layer-not-retained'], 'docker 1.10.0'),
  UW111: stuck(storageTexts['busy-cgroup'], 'cgroups(7)'),
  UW112: stuck(stateTexts['timed-out'], 'moby daemon/delete.go'),
  UW113: {
    severity: 'critical',
    title: 'A container is Dead, and docker gives a cause that is not known here',
    meaning: 'Its words do not point to a leaked mount, and no mount of it is seen in any namespace.',
    todo: [LEAVE, RETRY, 'Look at the lines around it in the log of the daemon: journalctl -u docker'],
    sources: ['moby daemon/delete.go'],
  },
  UW201: {
    severity: 'warning',
    title: 'The directory of a container is left behind that docker does not know',
    meaning:
      'Its removal stopped half way and the daemon was restarted before it was tried again, or a forced removal before 17.06 made docker forget it. It takes space, and the daemon complains at each start that it cannot load it.',
    todo: [
      'See which: unwedge run audit -i INVENTORY -v',
      'A step `orphans` with remove: true takes away what is empty and what no mount and no process refers to; it deletes no file.',
      'Where files are left: set the docker root up afresh when the host can be drained.',
    ],
    sources: ['moby#22734', 'moby#22207'],
  },
  UW202: {
    severity: 'warning',
    title: 'The layer of a container is left behind that docker does not know',
    meaning:
      'The files that a removed container wrote are still there, by a removal that failed after docker forgot the container. It takes space; a mount of it that leaked keeps it busy.',
    todo: [
      'See which: unwedge run audit -i INVENTORY -v',
      'Leave it: docker keeps count of layers in a database of its own, and what is taken away by hand may belong to an image.',
      'Where it is much: set the docker root up afresh when the host can be drained.',
    ],
    sources: ['moby#22207', 'layer/layer_store.go of moby'],
  },
  UW203: {
    severity: 'info',
    title: 'Removals failed here lately, though no container is stuck now',
    meaning:
      'The log of the daemon or of the kernel tells of mounts or devices that were busy. A later attempt worked, or docker forgot the container; the cause is probably still there.',
    todo: [
      "Read the messages: unwedge explain 'MESSAGE'",
      'Look at the findings from UW301 on: they name the causes that wait.',
    ],
    sources: ['layer/layer_store.go of moby', 'drivers/md/dm-thin.c of Linux'],
  },
} as const satisfies Record<string, FindingText>;
