import { resolve } from 'node:path';
import { inputError } from '../core/diagnostic.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { newRunId } from '../journal/index.ts';
import { tell } from './check.ts';
import type { RunFlags } from './options.ts';
import { prepareRun } from './prepare.ts';
import { isDry, playsCommand, policyOf } from './run.ts';
import { enterFolderOf, mustBeTheSame } from './run-call.ts';
import { runCommand } from './run-session.ts';
import { extentOf } from './saved-plan.ts';
import { readPlan } from './saved-plan-file.ts';
import { playbookFile } from './shipped-playbooks.ts';
import { stateDir } from './state-dir.ts';

/** What a plan says itself. */
const SETTLED = ['inventory', 'limit', 'extraVars', 'tags', 'skipTags', 'startAtStep', 'step', 'out'] as const;

/** `unwedge run --plan FILE`: exactly those hosts, exactly those changes. `given`: the flags that were typed. */
export async function runByPlan(
  file: string,
  playbooks: readonly string[],
  today: RunFlags,
  given: ReadonlySet<string>,
): Promise<ExitCode> {
  mustSayNoMore(playbooks, given);
  const about = {
    command: isDry(today) ? 'check' : 'run',
    playbooks: [file],
    // A dry run's troubles are not those of the run.
    key: `${isDry(today) ? 'check of plan' : 'plan'} ${resolve(file)}`,
    flags: today,
  } as const;
  return runCommand(policyOf(today), about, async () => {
    const read = await readPlan(file);
    const { plan, source } = read;
    const dir = stateDir(today);
    enterFolderOf(plan.call, 'the plan was made');
    const flags = { ...recalled(plan.call.flags, today, given), stateDir: dir };
    const files = plan.call.playbooks.map(({ file }) => playbookFile(file));
    const prepared = await prepareRun(files, flags);
    mustBeTheSame(
      plan.call,
      prepared,
      `the plan ${source.file} was made`,
      'bring back what it was, or make a plan anew',
    );
    tell([`by plan ${file} of ${plan.madeAt}: ${extentOf(plan)}`], flags);
    return playsCommand(newRunId(Date.now(), Math.random), files, prepared, flags, { by: read });
  });
}

function mustSayNoMore(playbooks: readonly string[], given: ReadonlySet<string>): void {
  const todo = 'a plan says itself which playbooks, hosts and steps it is for: leave it out, or make another plan';
  if (playbooks.length > 0) throw inputError(`--plan takes no playbook, and here is ${playbooks[0]}`, todo);
  const flag = SETTLED.find((name) => given.has(name));
  if (flag !== undefined)
    throw inputError(`--plan takes no --${flag.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`, todo);
}

/** The plan's flags; what was typed today about the way to hosts and about output comes before them. */
function recalled(then: object, today: RunFlags, given: ReadonlySet<string>): RunFlags {
  const own = Object.entries(today).filter(([name]) => given.has(name) || !Object.hasOwn(then, name));
  return { ...today, ...then, ...Object.fromEntries(own) };
}
