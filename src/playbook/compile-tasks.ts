import type { Block, Task } from '../core/playbook.ts';
import { entryOf } from '../core/yaml-node.ts';
import { conjuncts } from './cel-tree.ts';
import { compileWhen } from './condition.ts';
import { compileGiven } from './include-inputs.ts';
import { CEL_TYPES } from './inputs.ts';
import { type Names, type Registers, recorded, withGiven, withVariable } from './names.ts';
import type { TakenNames } from './play-names.ts';
import { afterStep, whereBroken, whereRescued, whereWhole } from './registers.ts';
import { compileStep } from './step.ts';
import type { BlockForm, TaskForm } from './task-form.ts';
import { checkBehindFailure, checkWhen } from './unreachable.ts';

/** Where entries stand: what they may name, and which names are not theirs to take. */
export interface Surroundings {
  /** `registers`: those set before. */
  readonly names: Names;
  readonly taken: TakenNames;
}

export interface CompiledTasks {
  readonly tasks: readonly Task[];
  /** What is known behind them. */
  readonly registers: Registers;
}

/** Each entry sees the registers of those above it; the second pass over a play. */
export function compileTasks(forms: readonly TaskForm[], around: Surroundings): CompiledTasks {
  const tasks: Task[] = [];
  let names = around.names;
  for (const form of forms) {
    const { task, registers } = compileTask(form, { ...around, names });
    checkWhen(form, task);
    if (task) tasks.push(task);
    names = { ...names, registers };
  }
  checkBehindFailure(forms);
  return { tasks, registers: names.registers };
}

function compileTask(form: TaskForm, around: Surroundings): { task: Task | undefined; registers: Registers } {
  if (form.kind === 'block') return compileBlock(form, around);
  const { names, taken } = around;
  const task = compileStep(form, names);
  return { task, registers: afterStep(form, [...names.given], taken, names.registers) };
}

function compileBlock(form: BlockForm, around: Surroundings): { task: Block; registers: Registers } {
  const { names } = around;
  const { node, report, name } = form;
  const { names: asked, read } = recorded(withGiven(names, conjuncts(form.when ?? '')));
  const when = compileWhen(entryOf(node, 'when')?.value, asked, report);
  const inputs = compileGiven(form, asked);
  const within = inside(form, { ...around, names: withGiven(names, conjuncts(form.when ?? '')) });
  const parts = compileParts(form, within);
  const at = report.source.at(node.span.start);
  const task: Block = { kind: 'block', name, at, when, inputs, reads: [...read], ...parts.tasks };
  return { task, registers: withHidden(parts.registers, names.registers) };
}

function compileParts(form: BlockForm, within: Surroundings) {
  const before = within.names.registers;
  const after = (registers: Registers): Surroundings => ({ ...within, names: { ...within.names, registers } });
  const body = compileTasks(form.steps, within);
  const broken = whereBroken(before, body.registers, form);
  const rescue = compileTasks(form.rescue, after(broken));
  const hasRescue = form.rescue.length > 0;
  const rescued = hasRescue ? whereRescued(before, body.registers, rescue.registers, form) : broken;
  const always = compileTasks(form.always, after(rescued));
  return {
    tasks: { steps: body.tasks, rescue: rescue.tasks, always: always.tasks },
    registers: hasRescue ? always.registers : whereWhole(broken, body.registers, always.registers),
  };
}

/** An include's inputs are names of their own. */
function inside({ inputs }: BlockForm, { names, taken }: Surroundings): Surroundings {
  return {
    names: inputs.reduce((known, { name, type }) => withVariable(known, name, CEL_TYPES[type]), names),
    taken: { ...taken, inputs: new Set([...taken.inputs, ...inputs.map(({ name }) => name)]) },
  };
}

/** Behind an include, registers that its inputs hid can be read again. */
const withHidden = (registers: Registers, before: Registers): Registers => new Map([...before, ...registers]);
