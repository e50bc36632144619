import { DRIFTED, LEFT } from '../core/host-script.ts';
import type { JsonObject } from '../core/json.ts';
import type { AskHost, RunPast } from '../core/past.ts';
import { changeOnHost } from '../hostlog/change-probe.ts';
import { checkRollouts, startRun } from '../rollout/index.ts';
import { openConnection } from '../transport/open-connection.ts';
import { asking } from './ask-steps.ts';
import { knownMachines } from './known-machines.ts';
import { limitsOf } from './limits.ts';
import { lockWish } from './locks.ts';
import type { RunFlags } from './options.ts';
import { softwareNow } from './own-package.ts';
import type { PreparedRun } from './prepare.ts';
import { callOf } from './run-call.ts';
import type { Policy, SessionInput } from './run-session.ts';
import { approvedBy } from './saved-plan.ts';
import type { ReadPlan } from './saved-plan-file.ts';
import { playbookName } from './shipped-playbooks.ts';
import { accountsOf, rememberedWay, wayTo } from './step-users.ts';

/** What a run and a check have in common. */
const planOf = (run: string, playbooks: readonly string[], prepared: PreparedRun, flags: RunFlags) => ({
  ...{ run, playbooks: playbooks.map(playbookName), plays: prepared.plays, forks: flags.forks, lock: lockWish(flags) },
  hosts: rowsOf(prepared),
  becomes: ({ name }: { readonly name: string }) => prepared.options.get(name)?.become !== undefined,
  limits: limitsOf(run, playbooks, flags),
  software: softwareNow(),
  ...(flags.step ? { allows: asking() } : {}),
});

/** A host's way, and its groups, for reports. */
function rowsOf(prepared: PreparedRun): readonly JsonObject[] {
  const hosts = prepared.plays.flatMap((play) => play.hosts);
  const groups = new Map(hosts.map((host) => [host.name, host.groups.filter((group) => group !== 'all')]));
  return [...prepared.options.values()].map((usual) => ({
    ...rememberedWay(prepared, usual),
    groups: groups.get(usual.name) ?? [],
  }));
}

/** What playbooks are held to beside their own words. */
export interface HeldTo {
  /** An earlier run that this one goes on with. */
  readonly past?: RunPast | undefined;
  /** A saved plan. */
  readonly by?: ReadPlan | undefined;
}

/** Playbooks on their hosts, as the policy has it. @throws InputError */
export function playsSession(
  { session }: Policy,
  run: string,
  playbooks: readonly string[],
  prepared: PreparedRun,
  flags: RunFlags,
  { past, by }: HeldTo = {},
): SessionInput {
  const isReal = session === 'full';
  const mode = isReal ? 'run' : 'check';
  checkRollouts(prepared.plays, mode, Date.now());
  const plan = {
    ...planOf(run, playbooks, prepared, flags),
    ...(by && { approved: approvedBy(by, prepared) }),
    ...knownMachines(past, by, flags),
    ...(past && { past, ask: askingOf(past.run), limits: limitsOf(past.run, playbooks, flags) }),
    ...(isReal && { call: callOf(prepared, flags, by?.source) }),
    mode,
  } as const;
  // What a host keeps of a run is one journal, whoever goes on with it.
  const hosts = { run: past?.run ?? run, playbooks: plan.playbooks, accountsOf: accountsOf(prepared) };
  return {
    ...{ run, flags, secrets: prepared.secrets },
    open: (host, become, options) => openConnection(wayTo(prepared, host, become), process.env, options),
    ...(isReal && { hosts }),
    engine: (open, around) => startRun(plan, ({ name }, become) => open(name, become), around),
  };
}

const askingOf =
  (run: string): AskHost =>
  async (session, seq) => {
    const change = await changeOnHost(session, run, seq);
    if (change.kind === 'none') return 'not-done';
    if (change.kind === 'ended' && change.code === 0) return 'done';
    if (change.kind === 'ended' && (change.code === DRIFTED || change.code === LEFT)) return 'not-done';
    return change.kind === 'undone' ? 'undone' : 'unknown';
  };
