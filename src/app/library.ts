import { type Diagnostic, inputError } from '../core/diagnostic.ts';
import type { Recap, RunEvent } from '../core/event.ts';
import { EventQueue } from '../core/event-queue.ts';
import type { JsonObject } from '../core/json.ts';
import { heldBy } from '../core/lock.ts';
import type { LoadedInventory } from '../inventory/inventory-builder.ts';
import { loadInventory as load } from '../inventory/load-inventory.ts';
import { playbookFolder } from '../inventory/vars-folders.ts';
import { newRunId } from '../journal/index.ts';
import { StopControl } from '../rollout/index.ts';
import { runLocal } from '../transport/run-local.ts';
import { playLock, runLock, takeLocks } from './locks.ts';
import type { RunFlags } from './options.ts';
import { type CheckedInput, checkedInput, prepareInput } from './prepare.ts';
import { policyOf } from './run.ts';
import { playsSession } from './run-plan.ts';
import { runSession } from './run-session.ts';
import { playbookFile } from './shipped-playbooks.ts';
import { stateDir } from './state-dir.ts';
import { vaultPasswords } from './vault-passwords.ts';

/** Hosts, groups and variables, as they were read. */
export interface Inventory extends LoadedInventory {
  /** What they were read from. */
  readonly sources: readonly string[];
}

/**
 * Reads an inventory: files, programs (which are run), folders, or `host1,host2,`; later sources win.
 * @param playbook a playbook whose `group_vars/` and `host_vars/` count, too
 * @throws InputError with every fault
 */
export async function loadInventory(sources: string | readonly string[], playbook?: string): Promise<Inventory> {
  const all = [sources].flat();
  const folder = playbook === undefined ? undefined : playbookFolder([playbook]);
  return { ...(await load(all, runLocal, { playbookFolder: folder, passwords: vaultPasswords({}) })), sources: all };
}

/** What a playbook is checked with. */
export interface PlaybookOptions {
  readonly inventory: Inventory;
  /** A host pattern: only these of the hosts that the plays name. */
  readonly limit?: string;
  /** They win over all other variables, and are what inputs are given by. */
  readonly extraVars?: JsonObject;
  readonly tags?: readonly string[];
  readonly skipTags?: readonly string[];
}

/** A playbook that was checked as a whole, with the hosts that it is for. */
export interface LoadedPlaybook {
  readonly file: string;
  /** Findings that do not forbid a run. */
  readonly warnings: readonly Diagnostic[];
  readonly options: PlaybookOptions;
  /** What was checked. */
  readonly input: CheckedInput;
}

/** Reads a playbook (a file, or the name of one that comes with unwedge) and checks all of it before any host is touched. @throws InputError with every fault, not only the first */
export async function loadPlaybook(playbook: string, options: PlaybookOptions): Promise<LoadedPlaybook> {
  const file = playbookFile(playbook);
  const input = await checkedInput([file], options.inventory, flagsOf(options, {}));
  return { file, warnings: input.playbooks.flatMap(({ warnings }) => warnings), options, input };
}

/** How hosts are reached (the inventory wins), and how a run is made. */
export interface RunOptions
  extends Partial<
    Pick<
      RunFlags,
      'user' | 'privateKey' | 'sshCommonArgs' | 'connection' | 'become' | 'becomeUser' | 'becomePasswordFile'
    >
  > {
  /** Change nothing; tell what a run would change. It leaves no journal. */
  readonly check?: boolean;
  /** Hosts at work at the same time; 25. */
  readonly forks?: number;
  /** Seconds in which a host must answer; 10. */
  readonly timeout?: number;
  /** Seconds to wait for another run on the same hosts; 0. */
  readonly lockWait?: number;
  /** Where journals are kept; that of the command. `unwedge rollback` and `unwedge resume` read it. */
  readonly stateDir?: string;
  /** Ends the run after the steps in flight: nothing is left half done. */
  readonly signal?: AbortSignal;
}

export interface Run {
  /** For `unwedge rollback` and `unwedge resume`. */
  readonly id: string;
  /** All that happens, for one reader, without secrets; kept until it is read. Throws what `recap` rejects with, at the end. */
  readonly events: AsyncIterable<RunEvent>;
  /**
   * What became of each host; what goes wrong on hosts is told there. Rejects where no host could be touched: with InputError,
   * or with the failure of the journal.
   */
  readonly recap: Promise<Recap>;
}

/** Runs a playbook, or foretells what a run would do. */
export function startRun(playbook: LoadedPlaybook, options: RunOptions = {}): Run {
  const id = newRunId(Date.now(), Math.random);
  const events = new EventQueue<RunEvent>();
  const stop = new StopControl();
  const abort = (): void => stop.raise('abort');
  if (options.signal?.aborted) abort();
  options.signal?.addEventListener('abort', abort, { once: true });
  const flags = flagsOf(playbook.options, options);
  const recap = carryOut(id, playbook, flags, stop, (event) => events.push(event)).finally(() =>
    options.signal?.removeEventListener('abort', abort),
  );
  // Who reads the events is thrown the failure there, and need not look at the recap.
  recap.then(
    () => events.end(),
    (error: unknown) => events.end({ error }),
  );
  return { id, events, recap };
}

/** As the command line has them: a run of the library can be resumed by the command. */
function flagsOf(
  { inventory, limit, extraVars, tags = [], skipTags = [] }: PlaybookOptions,
  run: RunOptions,
): RunFlags {
  const { signal: _, forks = 25, timeout = 10, lockWait = 0, ...others } = run;
  return {
    ...{ ...others, forks, timeout, lockWait, verbose: 0, tags, skipTags, inventory: inventory.sources },
    ...(limit !== undefined && { limit }),
    extraVars: extraVars === undefined ? [] : [JSON.stringify(extraVars)],
  };
}

type Report = (event: RunEvent) => void;

async function carryOut(
  id: string,
  { input, file }: LoadedPlaybook,
  flags: RunFlags,
  stop: StopControl,
  report: Report,
): Promise<Recap> {
  const prepared = await prepareInput(input, flags);
  const policy = policyOf(flags);
  const session = playsSession(policy, id, [file], prepared, flags);
  const fail = (error: Error) => {
    throw error;
  };
  const work = () => runSession(policy, session, [{ event: report }], stop, fail);
  return policy.session === 'full' ? locked(id, file, flags, work) : work();
}

async function locked(id: string, file: string, flags: RunFlags, work: () => Promise<Recap>): Promise<Recap> {
  const names = [playLock([file], flags), runLock(stateDir(flags), id)];
  const locks = await takeLocks(names, id, flags, () => {});
  if ('heldBy' in locks)
    throw inputError(`another run is at work with ${locks.what}: ${heldBy(locks.heldBy)}`, 'wait: lockWait');
  try {
    return await work();
  } finally {
    locks.release();
  }
}
