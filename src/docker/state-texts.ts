/** Reasons that lie in the state of a container or the daemon, in words for operators. */
import type { Reason } from './message-reason.ts';
import { CHECK, LEAVE, LOOK, RETRY, type ReasonText } from './remedies.ts';

export const stateTexts = {
  'already-removing': {
    title: 'A removal of this container is running already',
    meaning: 'docker tries for 5 seconds per path and 20 per device before it gives up.',
    todo: ['Wait a minute, then look again: docker inspect --format "{{.State.Status}}" ID', RETRY],
  },
  'marked-for-removal': {
    title: 'The container is Dead and cannot be started',
    meaning: 'A removal failed half way. Only removing it again makes sense.',
    todo: [RETRY, CHECK],
  },
  running: {
    title: 'The container is running; docker does not remove it',
    meaning: 'Nothing is stuck.',
    todo: [LEAVE, 'If it is to go: docker stop ID, then docker rm ID'],
  },
  paused: {
    title: 'The container is paused; docker does not remove it',
    meaning: 'Nothing is stuck.',
    todo: [LEAVE, 'If it is to go: docker unpause ID, docker stop ID, docker rm ID'],
  },
  'not-running': {
    title: 'The container does not run, so nothing can be done inside it',
    meaning: 'It has exited or is Dead.',
    todo: ['See which: docker inspect --format "{{.State.Status}}" ID'],
  },
  'no-such-container': {
    title: 'docker does not know such a container',
    meaning:
      'It is removed, or it was typed wrong. Before 17.06 a forced removal that failed also made docker forget it while its files stayed.',
    todo: [LEAVE, 'Look for it by its full id: docker ps -a --no-trunc'],
  },
  'name-conflict': {
    title: 'Another container has that name',
    meaning: 'A Dead container keeps its name until it is removed.',
    todo: ['See what it is: docker inspect --format "{{.State.Status}}" ID', 'If it is Dead:', CHECK],
  },
  'daemon-unreachable': {
    title: 'The docker daemon did not answer',
    meaning: 'It is not running, listens elsewhere, or this user may not use its socket.',
    todo: [
      'See its state: systemctl status docker',
      'See its log: journalctl -u docker',
      'Use root or a user of the docker group.',
    ],
  },
  'timed-out': {
    title: 'Something did not answer in time',
    meaning: 'A removal that is stuck takes docker half a minute and more; a hung disk or network share, for ever.',
    todo: [
      'Wait a minute, then look again: docker ps -a --no-trunc',
      'See the log of the daemon: journalctl -u docker',
    ],
  },
  'not-loaded': {
    title: 'The daemon could not load a container at its start, and no longer lists it',
    meaning:
      'Its removal stopped half way before the daemon was restarted. A directory is left over that docker does not know.',
    todo: ['Leave it; it only takes space.', 'Where it is many: drain the host and set up its docker root afresh.'],
  },
  'layer-released': {
    title: 'The layer of the container is already released',
    meaning: 'This is how inspect shows a Dead container whose layer is gone, in whole or in part.',
    todo: [RETRY, CHECK],
  },
  'namespace-lost': {
    title: 'docker cannot enter the container: its files are not mounted where docker looks for them',
    meaning:
      'The daemon was restarted in a mount namespace of its own (MountFlags=slave) with live-restore on, or somebody unmounted the files of a running container. The process itself runs on.',
    todo: [
      LEAVE,
      'Restart the container when its users can bear it.',
      'Do not use MountFlags=slave together with live-restore.',
    ],
  },
  'start-failed': {
    title: 'A container could not be started',
    meaning:
      'The command was not found or not allowed inside the container; its files may have been unmounted while it ran.',
    todo: [
      LEAVE,
      'See whether the command is in the image.',
      'If it ran before: remove this container and create it again from its image.',
    ],
  },
  'messages-suppressed': {
    title: 'The kernel left out repeated messages',
    meaning: 'A notice only. What was repeated stands in the lines before.',
    todo: ['Look at the lines before it in the kernel log.'],
  },
  'listed-elsewhere': {
    title: 'A mount is listed; nothing says that it leaks',
    meaning: 'It may well be the mount of a running container or of the host itself.',
    todo: [LEAVE, LOOK],
  },
  'listed-dead': {
    title: 'The container is Dead: a removal failed half way',
    meaning: 'The row does not say why; the daemon knows, and says it when it tries again.',
    todo: ['Read the last error: docker inspect --format "{{.State.Error}}" ID', RETRY, CHECK],
  },
  'listed-removing': {
    title: 'The container is being removed, or its removal failed and the list is stale',
    meaning:
      'After a failed removal docker ps says "Removal In Progress" until the daemon restarts; inspect tells the truth.',
    todo: [
      'See which: docker inspect --format "{{.State.Status}} {{.State.Error}}" ID',
      'If it says dead:',
      RETRY,
      CHECK,
    ],
  },
  'listed-alive': {
    title: 'The container is not Dead',
    meaning: 'The word may stand in its name, image or command; its state is another.',
    todo: [LEAVE],
  },
  unknown: {
    title: 'This message is not known',
    meaning: 'It says nothing that points to a leaked mount.',
    todo: [LEAVE, 'Look at the lines around it in the log of the daemon: journalctl -u docker'],
  },
} as const satisfies Partial<Record<Reason, ReasonText>>;
