import type { JsonObject } from '../core/json.ts';
import { type Daemon, hasOwnNamespace } from './daemon.ts';
import type { Code } from './finding-catalogue.ts';
import { type Holder, holderOf, holderText, releaseText } from './holder.ts';
import { isShim, isUntouchable, keepsOthers, whyProtected } from './protected.ts';
import type { Namespace } from './stale-mount.ts';

/** How findings tell of who holds a mount. */
export interface ToldHolder {
  readonly holder: Holder;
  /** Of a container that is stuck by it. */
  readonly code: Code;
  /** For people. */
  readonly who: string;
  /** What makes it let go by hand. */
  readonly release: string;
}

export function tellHolder(namespace: Namespace, daemon: Daemon): ToldHolder {
  const holder = holderOf(namespace, daemon);
  const told = { holder, who: holderText(holder, namespace), release: releaseText(holder) };
  const [thread] = namespace.ofThreads ? namespace.processes : [];
  if (thread) return { ...told, code: 'UW009', who: `thread ${thread.pid} of ${thread.command}${within(holder)}` };
  // As restart_holders decides: who has such a program inside is left alone, whatever it is called.
  const keeper = namespace.processes.some(
    ({ command }) => (keepsOthers(command) && !isShim(command)) || isUntouchable(command),
  );
  switch (holder.kind) {
    case 'container':
      return keeper ? { ...told, ...upheld('it holds up others', namespace) } : { ...told, code: 'UW001' };
    case 'shim':
      return { ...told, code: 'UW003' };
    case 'unit':
      return { ...told, ...ofUnit(holder.unit, namespace, keeper) };
    case 'dockerd':
      return { ...told, code: 'UW004' };
    case 'host':
      return { ...told, code: hasOwnNamespace(daemon) ? 'UW005' : 'UW004' };
    case 'process':
      return keeper ? { ...told, ...upheld('it holds up others', namespace) } : { ...told, code: 'UW007' };
    case 'nobody':
      return { ...told, code: 'UW008' };
    default:
      return holder satisfies never;
  }
}

const within = (holder: Holder): string => (holder.kind === 'unit' ? ` (unit ${holder.unit})` : '');

function ofUnit(unit: string, namespace: Namespace, keeper: boolean): Partial<ToldHolder> & Pick<ToldHolder, 'code'> {
  const why = whyProtected(unit) ?? (keeper ? 'it holds up others' : undefined);
  return why === undefined ? { code: 'UW002' } : upheld(why, namespace);
}

/** What a run does there must be what is said here: only some of those that are never restarted are not entered either. */
function upheld(why: string, { processes }: Namespace): Partial<ToldHolder> & Pick<ToldHolder, 'code'> {
  const entered = !processes.some(({ command }) => isUntouchable(command));
  const release = entered
    ? `unwedge does not restart it, because ${why}; unwedge run free-dead-containers unmounts the copy in its namespace. If it stays, drain the host and reboot it`
    : `unwedge neither enters its namespace nor restarts it, because ${why}; drain the host and reboot it`;
  return { code: 'UW006', release };
}

/** For reports: `name` is the same on every host that has the same holder, `bind` what brought the mount into a container. */
export const holderData = ({ holder, code, who, release }: ToldHolder, bind: string | undefined): JsonObject => ({
  kind: code === 'UW009' ? 'thread' : holder.kind,
  name: nameOf(holder),
  who,
  release,
  bind: bind ?? null,
});

function nameOf(holder: Holder): string {
  switch (holder.kind) {
    case 'container':
      return holder.name;
    case 'unit':
      return holder.unit;
    case 'shim':
      return holder.of === undefined ? 'shim' : `shim of ${holder.of}`;
    case 'process':
      return holder.command;
    case 'host':
      return 'the host';
    case 'dockerd':
      return 'dockerd';
    case 'nobody':
      return 'no process';
    default:
      return holder satisfies never;
  }
}
