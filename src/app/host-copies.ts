import type { ConnectionOptions } from '../core/connection-options.ts';
import { inputError } from '../core/diagnostic.ts';
import type { RunEvent } from '../core/event.ts';
import type { Host } from '../core/inventory.ts';
import { printable } from '../core/printable.ts';
import { isRunId } from '../core/run-id.ts';
import type { RunRecord } from '../core/run-record.ts';
import { type HostCopy, type HostLook, lookForRuns } from '../hostlog/copy.ts';
import { hostWord } from '../hostlog/host-word.ts';
import { blameIn } from '../inventory/blame.ts';
import { BECOME_PASSWORDS } from '../inventory/connection.ts';
import { matchHosts } from '../inventory/host-pattern.ts';
import { readLimit } from '../inventory/limit-file.ts';
import { loadInventory } from '../inventory/load-inventory.ts';
import { revealSecrets } from '../inventory/reveal-secrets.ts';
import { foldJournal } from '../journal/index.ts';
import { eachAtMost } from '../rollout/pool.ts';
import { openConnection } from '../transport/open-connection.ts';
import { runLocal } from '../transport/run-local.ts';
import { becomePassword } from './become-password.ts';
import type { ConnectionFlags } from './options.ts';
import { remembered, targets } from './targets.ts';
import { vaultPasswords } from './vault-passwords.ts';

export interface CopiesFlags extends ConnectionFlags {
  readonly inventory: readonly string[];
  readonly limit?: string;
  readonly forks: number;
}

/** A run as its hosts' own journals tell it. */
export interface RunOnHosts {
  readonly record: RunRecord;
  readonly copies: readonly FoundCopy[];
  /** How to reach a host: as its usual user, or as who has the journal of a change. */
  readonly wayTo: (host: string, become?: boolean) => ConnectionOptions | undefined;
  readonly secrets: readonly string[];
  /** What could not be looked at: what the run did there is not known. */
  readonly unknown: readonly Unknown[];
}

interface Unknown {
  readonly host: string;
  readonly why: string;
}

/** A journal, and as whom it was found. */
export interface FoundCopy extends HostCopy {
  readonly user: string;
  readonly become: boolean;
}

/** Both ways to a host: as who logs in, and as another user by `become`. */
interface HostWays {
  readonly usual: ConnectionOptions;
  /** @throws InputError */
  readonly other: () => Promise<ConnectionOptions>;
}

/** What was seen of a host. `ways`: by whether they become another user. */
interface Seen {
  readonly copies: readonly FoundCopy[];
  readonly refused: readonly (Unknown & { readonly run: string })[];
  readonly unknown: readonly Unknown[];
  readonly ways: readonly ConnectionOptions[];
}

/** Seconds for a host's answer. */
const DEADLINE = 60;

/** Asks every host of the inventory for its journals of one run. @throws InputError where none has it, or `prefix` names several */
export async function runOnHosts(prefix: string, flags: CopiesFlags): Promise<RunOnHosts> {
  const { ways, secrets } = await waysOf(flags);
  const all = new Map<string, Seen>();
  await eachAtMost(flags.forks, [...ways], async ([host, to]) => {
    all.set(host, await seenOn(to, prefix));
  });
  const seen = [...ways.keys()].flatMap((host) => all.get(host) ?? []);
  const { run, copies, strays } = chosen(
    prefix,
    seen.flatMap((host) => host.copies),
    [...ways.keys()],
  );
  const refused = seen.flatMap((host) => host.refused);
  const unknown = [
    ...seen.flatMap((host) => host.unknown),
    ...strays,
    ...refused.filter((one) => one.run === run),
    ...copies.flatMap(({ host, path, unreadable }) =>
      unreadable.map((seq) => ({ host, why: `${path}/${seq}.sh is no record of a change that this unwedge can read` })),
    ),
  ];
  for (const { host, why } of unknown) console.error(`not looked at: ${printable(host)}: ${printable(why)}`);
  for (const { host, why, ...of } of refused)
    if (of.run !== run) console.error(`passed over: ${printable(host)}: ${printable(why)}`);
  const options = new Map([...all].map(([host, one]) => [host, one.ways]));
  const usual = (host: string) => ways.get(host)?.usual;
  return {
    ...{ record: recordOf(prefix, copies, usual, unknown.length), copies, secrets, unknown },
    wayTo: (host, become) =>
      become === undefined ? usual(host) : options.get(host)?.find((way) => (way.become !== undefined) === become),
  };
}

async function waysOf(
  flags: CopiesFlags,
): Promise<{ ways: ReadonlyMap<string, HostWays>; secrets: readonly string[] }> {
  const vault = vaultPasswords(flags);
  const inventory = await loadInventory(flags.inventory, runLocal, { passwords: vault });
  const pattern = flags.limit === undefined ? 'all' : await readLimit(flags.limit);
  const { hosts, values } = await revealSecrets(matchHosts(pattern, inventory), runLocal, {
    passwords: vault,
    reads: (name) => BECOME_PASSWORDS.some((password) => password === name),
  });
  const password = await becomePassword(flags);
  const waysTo = (some: readonly Host[]) => targets(some, flags, password, (host) => blameIn(inventory, host, {}));
  const options = await waysTo(hosts);
  const ways = hosts.flatMap((host): [string, HostWays][] => {
    const usual = options.get(host.name);
    if (usual === undefined) return [];
    const asAnother = { ...host, vars: { ...host.vars, ansible_become: true } };
    const other = async () =>
      usual.become === undefined
        ? ((await waysTo([asAnother])).get(host.name) ?? usual)
        : { ...usual, become: undefined };
    return [[host.name, { usual, other }]];
  });
  const passwords = [password ?? [], ...[...options.values()].map(({ become }) => become?.password ?? [])].flat();
  return { ways: new Map(ways), secrets: [...values, ...passwords] };
}

/** Never rejects: what can't be looked at is in what it gives. */
async function seenOn({ usual, other }: HostWays, prefix: string): Promise<Seen> {
  const unknown: Unknown[] = [];
  const looks: { readonly to: ConnectionOptions; readonly look: HostLook }[] = [];
  const note = (why: string) => unknown.push({ host: usual.name, why });
  const look = async (wayTo: () => Promise<ConnectionOptions>, as: string) => {
    try {
      const to = await wayTo();
      const one = await lookAs(to, prefix);
      // Both ways may lead to one account.
      if (!looks.some((known) => known.look.user === one.user)) looks.push({ to, look: one });
    } catch (error) {
      note(`${as}${error instanceof Error ? error.message : String(error)}`);
    }
  };
  await look(async () => usual, '');
  const [first] = looks;
  if (first && mayBeElsewhere(first)) await look(other, usual.become ? 'as the user who logs in: ' : 'as root: ');
  const copies = looks.flatMap((one) => one.look.copies.map((copy) => foundAs(one, copy)));
  const named = new Set(copies.flatMap(({ started }) => started.accounts ?? []));
  const missed = [...named].filter((account) => !looks.some((one) => isAccount(one, account)));
  // Where its way was tried and led nowhere, that is told already.
  if (unknown.length === 0)
    for (const account of missed)
      note(
        account === null
          ? 'the run worked there as the user who logs in, too'
          : `the run worked there as ${account}, too: --become-user ${account}`,
      );
  const refused = looks.flatMap((one) => one.look.refused.map((what) => ({ host: usual.name, ...what })));
  return { copies: withoutTwice(copies, note), refused, unknown, ways: [usual, ...looks.map(({ to }) => to)] };
}

interface LookedAs {
  readonly to: ConnectionOptions;
  readonly look: HostLook;
}

const isAccount = ({ to, look }: LookedAs, account: string | null): boolean =>
  account === null ? to.become === undefined : account === look.user || account === to.become?.user;

/** Journals name the accounts that have others of their run. Where there is none, root's may be where this one can't see it. */
function mayBeElsewhere(one: LookedAs): boolean {
  const { to, look } = one;
  const named = look.copies.flatMap(({ started }) => started.accounts ?? []);
  if (named.length > 0) return named.some((account) => !isAccount(one, account));
  return to.become === undefined ? look.hidden : true;
}

/** What an account has in its journal is taken back as that account, whatever the journal says. */
function foundAs({ to, look: { user } }: LookedAs, copy: HostCopy): FoundCopy {
  const become = to.become !== undefined;
  const events = copy.events.map(
    (event): RunEvent => (event.type === 'change.applying' ? { ...event, become } : event),
  );
  return { ...copy, events, user, become };
}

/** A run counts a host's changes whoever makes them: one number is one change. */
function withoutTwice(copies: readonly FoundCopy[], note: (why: string) => void): readonly FoundCopy[] {
  return copies.map((copy, i) => {
    const taken = new Set(copies.slice(0, i).flatMap((other) => (other.run === copy.run ? seqsOf(other) : [])));
    const twice = seqsOf(copy).filter((seq) => taken.has(seq));
    if (twice.length === 0) return copy;
    note(`${copy.path} has changes by numbers that another account's journal of the run has, too: ${twice.join(', ')}`);
    return { ...copy, events: copy.events.filter((event) => !('seq' in event && twice.includes(event.seq))) };
  });
}

const seqsOf = ({ events }: HostCopy): readonly number[] =>
  events.flatMap((event) => (event.type === 'change.applying' ? event.seq : []));

async function lookAs(to: ConnectionOptions, prefix: string): Promise<HostLook> {
  const connection = await openConnection(to);
  try {
    return await lookForRuns(connection.readOnly({ deadline: DEADLINE }), prefix);
  } finally {
    await connection.close();
  }
}

/** The copies of the one run that is meant. `strays`: journals of a host's that has none itself, on another one. */
function chosen(prefix: string, copies: readonly FoundCopy[], order: readonly string[]) {
  // A whole id means that run, whatever else a host has.
  const meant = isRunId(prefix) ? copies.filter(({ run }) => run === prefix) : copies;
  const runs = new Map(meant.map(({ run, host }) => [run, host]));
  if (runs.size > 1) {
    const several = [...runs].sort().map(([run, host]) => `${run} (${printable(host)})`);
    throw inputError(`'${prefix}' names several runs on these hosts: ${several.join(', ')}`, 'give more of the id');
  }
  const hostBy = new Map(order.map((host) => [hostWord({ host }), host]));
  const [run] = runs.keys();
  // Of two names for one host, the run's own counts.
  const isOwn = ({ host, name }: FoundCopy) => (hostBy.get(name) ?? host) === host;
  const own = meant.filter(isOwn);
  const strays = meant
    .filter((copy) => !isOwn(copy) && !own.some(({ name }) => name === copy.name))
    .map(({ host, path, name }) => ({
      host,
      why: `${path} is the journal of ${hostBy.get(name)}, which has none itself`,
    }));
  return { run, copies: own, strays };
}

function recordOf(
  prefix: string,
  copies: readonly FoundCopy[],
  wayTo: (host: string) => ConnectionOptions | undefined,
  unknown: number,
): RunRecord {
  const [first] = copies;
  const hosts = [...new Set(copies.map(({ host }) => host))].flatMap((host) => wayTo(host) ?? []).map(remembered);
  if (first !== undefined) {
    const { run, at, playbooks } = first.started;
    const started = { type: 'run.started', version: 1, mode: 'run', run, at, playbooks, hosts } as const;
    const record = foldJournal([started, ...copies.flatMap(({ events }) => events)]);
    if (record !== undefined) return record;
  }
  throw inputError(
    `no host of this inventory has a journal of a run '${prefix}'${unknown > 0 ? ', as far as they could be looked at' : ''}`,
    'hosts keep those in which something was changed, for 30 days: ls /var/lib/unwedge/runs on the host (~/.unwedge/runs of a user who is not root)',
  );
}
