import { inputError } from '../core/diagnostic.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { loadEvents, newRunId } from '../journal/index.ts';
import { stepwise } from './ask-steps.ts';
import { checkSession, tell } from './check.ts';
import { playLock, runLock } from './locks.ts';
import type { RunFlags } from './options.ts';
import { checkPin } from './playbook-pin.ts';
import { type PreparedRun, prepareRun } from './prepare.ts';
import { type HeldTo, playsSession } from './run-plan.ts';
import { POLICIES, type PreparedCommand, runCommand } from './run-session.ts';
import { lookingText } from './saved-plan.ts';
import { playbookFile, playbookName } from './shipped-playbooks.ts';
import { callKey } from './sinks/notify.ts';
import { stateDir } from './state-dir.ts';

/** `unwedge run`: everything is checked first; then hosts are touched. */
export async function run(words: readonly string[], given: RunFlags): Promise<ExitCode> {
  mustBeSensible(words, given);
  const playbooks = words.map(playbookFile);
  const about = {
    command: isDry(given) ? 'check' : 'run',
    playbooks: playbooks.map(playbookName),
    key: callKey(playbooks, given),
    flags: given,
  } as const;
  return runCommand(policyOf(given), about, async () => {
    const flags = stepwise(given);
    const prepared = await prepareRun(playbooks, flags);
    checkPin(prepared, flags.playbookSha256);
    return playsCommand(newRunId(Date.now(), Math.random), playbooks, prepared, flags);
  });
}

export const policyOf = (flags: RunFlags) => (isDry(flags) ? POLICIES.check : POLICIES.run);

/** Playbooks that were checked, on their hosts: a dry run by its flags, else with a journal and locks. */
export const playsCommand = (
  run: string,
  playbooks: readonly string[],
  prepared: PreparedRun,
  flags: RunFlags,
  { by }: HeldTo = {},
): PreparedCommand =>
  isDry(flags)
    ? {
        ...{ run, flags, locks: () => [] },
        async begin() {
          const input = await checkSession(run, playbooks, prepared, flags, by);
          if (by) tell([lookingText(by)], flags);
          return input;
        },
      }
    : {
        ...{ run, flags, locks: () => [playLock(playbooks, flags), runLock(stateDir(flags), run)] },
        begin: async () => changeSession(run, playbooks, prepared, flags, { by }),
      };

/** With a journal. `past`: the run that it goes on with. @throws InputError */
export function changeSession(
  run: string,
  playbooks: readonly string[],
  prepared: PreparedRun,
  flags: RunFlags,
  { past, by }: HeldTo,
) {
  const session = playsSession(POLICIES.run, run, playbooks, prepared, flags, { past, by });
  if (by) tell([lookingText(by)], flags);
  const events = past && (() => loadEvents(stateDir(flags), past.run));
  return { ...session, flags, reported: { past: events } };
}

export const isDry = ({ check, dryRun }: Pick<RunFlags, 'check' | 'dryRun'>): boolean =>
  check === true || dryRun === true;

function mustBeSensible(playbooks: readonly string[], { out, check, dryRun, step, forceHost }: RunFlags): void {
  if (playbooks.length === 0)
    throw inputError(
      "missing required argument 'playbook'",
      'unwedge run PLAYBOOK -i INVENTORY; or by a plan: --plan FILE',
    );
  if (forceHost?.length)
    throw inputError('--force-host needs --plan', 'a run without a plan takes any machine: leave it out');
  if (out !== undefined && !check && !dryRun)
    throw inputError('--out saves what a dry run foretells, and this is none', 'add --check');
  if (out !== undefined && step)
    throw inputError(
      '--out takes no --step: a plan holds what the playbook comes to',
      'leave steps out by --skip-tags',
    );
}
