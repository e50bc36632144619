/** What to do about a stuck container, harmless things first (docs/docker-facts.md §8, §10). */

/** A reason in an operator's words. */
export interface ReasonText {
  title: string;
  meaning: string;
  todo: readonly string[];
}

export const RETRY = 'Remove it again by its full id, one container per call, and give it a minute: docker rm ID';
export const CHECK =
  'See what would be done, without any change: unwedge run free-dead-containers -i INVENTORY --check';
export const RUN =
  'Then without --check: it lets go of the stale mount on the host, for dockerd and where a holder has a copy, and removes it.';
const DETACH =
  'On RHEL or CentOS 7.4 and later: unwedge run detach-mounts -i INVENTORY sets fs.may_detach_mounts=1 permanently, without a restart.';
export const HOLDER =
  'Still stuck: restart the holder, a service or a container, when its users can bear it: unwedge run restart-holders -i INVENTORY --check';
export const DRAIN =
  'Last: drain the host and reboot it (unwedge run reboot-last-resort -i INVENTORY --check). Until then the Dead container harms no other.';
export const LOOK =
  'See whether its container is Dead: docker ps -a --no-trunc --filter status=dead --filter status=removing';
export const LEAVE = 'Unmount nothing for this.';

export const FREE_MOUNT: readonly string[] = [RETRY, CHECK, RUN, DETACH, HOLDER, DRAIN];
/** may_detach_mounts does nothing about an open device (docs/docker-facts.md §5). */
export const FREE_DEVICE: readonly string[] = [RETRY, CHECK, RUN, HOLDER, DRAIN];
