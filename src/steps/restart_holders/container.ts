import { managerOf } from '../../docker/protected.ts';
import type { Facts, HolderContainer } from './facts.ts';
import type { Restart } from './unit.ts';

interface Named {
  readonly id: string;
  readonly name: string;
}

/** Why docker should not restart this container; undefined: it can. */
export function refusalOfContainer(
  holder: Named,
  { timeout }: { readonly timeout: number },
  { containers, sharers }: Facts,
): string | undefined {
  const container = containers.get(holder.id);
  if (container === undefined || container.pid === 0) return 'docker does not tell that it runs';
  if (container.paused) return 'it is paused';
  if (container.autoRemove)
    return 'it was started with --rm: if it did not start again, docker would remove it and its anonymous volumes';
  const seconds = stopSeconds(container);
  if (seconds < 0 || seconds > timeout)
    return `its stop may take ${seconds < 0 ? 'any time' : `${seconds} s`}, longer than ${timeout} s (timeout)`;
  return managed(holder, container) ?? shared(holder, sharers);
}

export function restartOfContainer(id: string, containers: Facts['containers']): Restart {
  const container = containers.get(id);
  const stop = container === undefined ? 0 : stopSeconds(container);
  return {
    name: id,
    pid: container?.pid ?? 0,
    stop,
    cost: `it has ${stop} s to stop before docker kills it, and is started again`,
  };
}

/** Seconds that docker gives its stop before it kills it. */
const stopSeconds = ({ stopTimeout }: HolderContainer): number => stopTimeout ?? 10;

/** Whoever manages it takes a stop for a failure, and puts another in its place. */
function managed({ name }: Named, { labels }: HolderContainer): string | undefined {
  const by = managerOf({ name, labels });
  return by && `${by.reason}: ${by.restart}`;
}

/** A restarted container has new namespaces; who shares the old ones loses its network, or its life. */
function shared({ id, name }: Named, sharers: Facts['sharers']): string | undefined {
  const found = sharers.find(({ mode }) => {
    const other = mode.replace('container:', '');
    return other !== '' && (other === name || id.startsWith(other));
  });
  return found && `container ${found.name} shares its namespaces (${found.mode.slice(0, 22)}) and would lose them`;
}
