import type { Bind, Container, Daemon } from './daemon.ts';
import { withoutDeletedMark } from './mountinfo.ts';

/** `/:/rootfs`, as `docker run -v` has it. */
export const bindText = ({ source, destination }: Bind): string => `${source}:${destination}`;

/** The bind of a container below which it sees this path: the one that brought the mount there in. */
export function bindOf(container: Container, mountpoint: string): Bind | undefined {
  return container.binds
    .filter(({ destination }) => covers(destination, mountpoint))
    .reduce<Bind | undefined>(
      (best, bind) => (best && best.destination.length >= bind.destination.length ? best : bind),
      undefined,
    );
}

/** The binds of a container that bring mounts of other containers in, and whose copies stay when the host unmounts its own. */
export const riskyBinds = ({ binds }: Container, daemon: Daemon): Bind[] =>
  binds.filter((bind) => !isFollowing(bind) && holdsMounts(bind.source, daemon));

/** docker's own default is rprivate, except for binds of its root since 18.03, of which inspect then says rslave (moby#36055). */
const isFollowing = ({ propagation }: Bind): boolean => /slave|shared/.test(propagation);

/** Of /, of docker's root, the kubelet's or a directory above; or of one within docker's root that is no volume. */
function holdsMounts(source: string, { root }: Daemon): boolean {
  if ([root, '/var/lib/kubelet'].some((home) => covers(source, home))) return true;
  return covers(`${root}`, source) && !covers(`${root}/volumes`, source);
}

/** True where the path is the directory or lies below it. */
const covers = (directory: string, path: string): boolean =>
  directory === '/' || `${withoutDeletedMark(path)}/`.startsWith(`${directory}/`);
