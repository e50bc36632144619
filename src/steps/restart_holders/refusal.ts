import { type Holder, holderOf, holderText, releaseText } from '../../docker/holder.ts';
import { keepsOthers, matching } from '../../docker/protected.ts';
import type { StaleMount } from '../../docker/stale-mount.ts';
import { refusalOfContainer } from './container.ts';
import type { Facts } from './facts.ts';
import { refusalOfUnit } from './unit.ts';

export interface RestartArgs {
  readonly kinds: readonly ('container' | 'service')[];
  readonly never: readonly string[];
  /** Seconds. */
  readonly timeout: number;
}

/** One holder, and the mounts by which it keeps Dead containers stuck. */
export interface Holding {
  readonly holder: Holder;
  readonly mounts: readonly StaleMount[];
}

/** Why this holder is not restarted; undefined: it may be. Each rule alone is enough. */
export function refusalToRestart(holding: Holding, args: RestartArgs, facts: Facts): string | undefined {
  const { holder } = holding;
  switch (holder.kind) {
    case 'unit':
      return common(holding, args, facts, 'service') ?? refusalOfUnit(holder.unit, holding.mounts, args, facts.units);
    case 'container':
      return common(holding, args, facts, 'container') ?? refusalOfContainer(holder, args, facts);
    case 'host':
    case 'dockerd':
      return 'it is unmounted there: a step `umount: { namespaces: [host, dockerd] }` comes first';
    default:
      return `it is no service and no container: ${releaseText(holder)}`;
  }
}

function common(holding: Holding, args: RestartArgs, facts: Facts, kind: 'service' | 'container'): string | undefined {
  if (!args.kinds.includes(kind)) return `the playbook restarts no ${kind}s`;
  const never = matching(args.never, namesOf(holding.holder));
  return never === undefined ? (keeper(holding) ?? stranger(holding, facts)) : `the playbook says never: ${never}`;
}

export function namesOf(holder: Holder): string[] {
  if (holder.kind === 'unit') return [holder.unit, holder.unit.replace(/\.service$/, '')];
  return holder.kind === 'container' ? [holder.name, holder.id, holder.id.slice(0, 12)] : [];
}

function keeper({ mounts }: Holding): string | undefined {
  const found = mounts.flatMap(({ namespace }) => namespace.processes).find(({ command }) => keepsOthers(command));
  return found && `${found.command} (pid ${found.pid}) lives in its mount namespace`;
}

/** Somebody else in the same namespace keeps it, whatever is restarted. */
function stranger({ holder, mounts }: Holding, { view: { daemon } }: Facts): string | undefined {
  const [own] = namesOf(holder);
  const others = mounts.flatMap(({ namespace }) =>
    namespace.processes.map((process) => ({ ...namespace, processes: [process] })),
  );
  const found = others.find((alone) => namesOf(holderOf(alone, daemon))[0] !== own);
  return found && `${holderText(holderOf(found, daemon), found)} is in the same mount namespace`;
}
