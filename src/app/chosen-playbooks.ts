import { everyOne, InputError, inputError } from '../core/diagnostic.ts';
import { type Playbook, type Step, stepsOf } from '../core/playbook.ts';
import { didYouMean } from '../core/suggestion.ts';
import { Choice } from '../playbook/choice.ts';
import { loadPlaybook } from '../playbook/load-playbook.ts';
import type { Known } from '../playbook/play.ts';
import { isChosen, splitTags, TAG_WORDS } from '../playbook/tags.ts';
import type { ChoiceFlags } from './options.ts';
import { checkTypeNames } from './plugin-types.ts';

/** Checked playbooks with the steps that the flags choose; plays of which nothing is left are left out. @throws InputError */
export async function chosenPlaybooks(
  files: readonly string[],
  known: Known,
  flags: ChoiceFlags,
): Promise<readonly Playbook[]> {
  const whole = await everyOne(files, (file) => loadPlaybook(file, known));
  checkTypeNames(whole);
  const only = words('--tags', flags.tags);
  const skip = words('--skip-tags', flags.skipTags);
  const { startAtStep } = flags;
  const steps = whole.flatMap(({ plays }) => plays.flatMap((play) => stepsOf(play.steps)));
  checkTags(steps, { '--tags': only, '--skip-tags': skip });
  if (startAtStep === undefined && steps.every((step) => isChosen(step.tags, { only, skip }))) return whole;
  const choice = new Choice({ only, skip }, startAtStep);
  const chosen = await everyOne(files, (file) => loadPlaybook(file, { ...known, choice }));
  if (startAtStep !== undefined && !choice.hasBegun) throw unknownStep(startAtStep, steps);
  const left = chosen.map((one) => ({ ...one, plays: one.plays.filter((play) => play.steps.length > 0) }));
  if (left.some(({ plays }) => plays.length > 0)) return left;
  throw inputError('no step is left', 'see what --tags, --skip-tags and --start-at-step leave out together');
}

/** `-t a,b -t c`. */
function words(flag: string, given: readonly string[]): readonly string[] {
  const all = given.flatMap(splitTags);
  if (all.includes('')) throw inputError(`${flag} ${given.join(' ')}: an empty tag`, `write ${flag} one,two`);
  return all;
}

function checkTags(steps: readonly Step[], flags: Readonly<Record<string, readonly string[]>>): void {
  const tags = [...new Set(steps.flatMap((step) => step.tags))];
  const known = new Set([...tags, ...TAG_WORDS]);
  const findings = Object.entries(flags).flatMap(([flag, given]) =>
    given
      .filter((tag) => !known.has(tag))
      .flatMap((tag) => inputError(`${flag} ${tag}: no step is tagged '${tag}'`, todo(tag, tags)).diagnostics),
  );
  if (findings.length > 0) throw new InputError(findings);
}

const todo = (tag: string, tags: readonly string[]): string | undefined =>
  tags.length === 0 ? 'these playbooks have no tags' : didYouMean(tag, tags);

function unknownStep(name: string, steps: readonly Step[]): InputError {
  const names = [...new Set(steps.map((step) => step.name))];
  if (names.includes(name))
    return inputError(`--start-at-step: '${name}' is a step of a rescue`, "start at the block's first step");
  return inputError(`--start-at-step: no step is named '${name}'`, didYouMean(name, names));
}
