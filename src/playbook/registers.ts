import { entryOf } from '../core/yaml-node.ts';
import { conjuncts, readsName } from './cel-tree.ts';
import { ITEM, type Register, type Registers } from './names.ts';
import { checkRegister, type TakenNames } from './play-names.ts';
import type { BlockForm, StepForm } from './task-form.ts';
import { isTrue } from './yaml-flag.ts';

/** What a step leaves under its name, if it has one. `given`: what the blocks that it stands in make sure of. */
export function registerOf(form: StepForm, given: readonly string[]): readonly [string, Register] | undefined {
  const { register: name, node, report, name: step } = form;
  if (name === undefined) return undefined;
  const loops = entryOf(node, 'loop') !== undefined;
  const tolerant = isTrue(node, 'ignore_errors');
  const fields = loops ? ({ results: 'list<dyn>' } as const) : form.type?.output;
  const [fieldsNeed] = tolerant && !loops ? conjuncts(`!${name}.failed`) : [];
  const register = {
    ...{ step, at: report.source.at(node.span.start), fields: fields && { ...fields, ...(tolerant && FAILED) } },
    conditions: [...given, ...ownConditions(form, loops)],
    ...{ unfilled: loops ? new Map() : unfilledOf(form), never: form.tags.includes('never') },
    ...(fieldsNeed === undefined ? {} : { fieldsNeed }),
  };
  return [name, register];
}

const unfilledOf = ({ type, args }: StepForm): ReadonlyMap<string, string> =>
  new Map(Object.entries(type?.filledBy ?? {}).filter(([, argument]) => !entryOf(args?.value, argument)));

const FAILED = { failed: 'bool' } as const;

/** A loop whose condition reads the item has a result in any case: one for each item. */
const ownConditions = ({ when = '' }: StepForm, loops: boolean): readonly string[] =>
  loops && readsName(when, ITEM) ? [] : conjuncts(when);

/** The registers after a step. */
export function afterStep(form: StepForm, given: readonly string[], scope: TakenNames, before: Registers): Registers {
  const own = registerOf(form, given);
  if (own === undefined) return before;
  const [name, register] = own;
  checkRegister(form, name, scope);
  const certain = isSure(before.get(name)) ? { conditions: [], never: false } : {};
  return new Map([...before, [name, { ...register, ...certain }]]);
}

const isSure = (register: Register | undefined): boolean =>
  register !== undefined && register.conditions.length === 0 && register.unsure === undefined && !register.never;

/** What is known where a block may have failed in the midst: what it sets is not sure. */
export const whereBroken = (before: Registers, body: Registers, block: BlockForm): Registers =>
  unsure(before, body, `in the block '${block.name}' (line ${lineOf(block)}), which may fail before`);

/** What is known behind a block and its rescue: what both set is, what only one sets is not sure. */
export function whereRescued(before: Registers, body: Registers, rescue: Registers, block: BlockForm): Registers {
  const set = new Map([...body, ...rescue]);
  for (const [name, register] of set) {
    const [one, other] = [body.get(name), rescue.get(name)];
    const both = one !== undefined && other !== undefined && isSure(one) && isSure(other);
    if (both || before.get(name) === register || isSure(before.get(name))) continue;
    if (register.unsure !== undefined) continue;
    set.set(name, { ...register, unsure: `only in the rescue of the block '${block.name}' (line ${lineOf(block)})` });
  }
  return set;
}

/** What is known behind a block without rescue: it has not failed, so all of it is set, and what its end sets. */
export const whereWhole = (broken: Registers, body: Registers, always: Registers): Registers =>
  new Map([...body, ...[...always].filter(([name, register]) => broken.get(name) !== register)]);

function unsure(before: Registers, after: Registers, why: string): Registers {
  const keeps = (name: string, register: Register) => before.get(name) === register || isSure(before.get(name));
  return new Map(
    [...after].map(([name, register]) => [name, keeps(name, register) ? register : { ...register, unsure: why }]),
  );
}

const lineOf = ({ report, node }: BlockForm): number => report.source.at(node.span.start).line;
