import { resolve } from 'node:path';
import { everyOne, inputError } from '../core/diagnostic.ts';
import type { RunCall } from '../core/event.ts';
import type { Playbook } from '../core/playbook.ts';
import { stepsOf } from '../core/playbook.ts';
import type { AnyStepType } from '../core/step-type.ts';
import { loadPlugin } from '../playbook/load-plugin.ts';
import { stepTypes } from '../steps/index.ts';

/**
 * The step types that an earlier run had, by name. What can't be loaded again is told, and its changes can't be taken back.
 * @param named modules that the command line names beside those of the run. @throws InputError where one can't be used
 */
export async function stepTypesOf(
  call: RunCall | undefined,
  named: readonly string[] = [],
): Promise<ReadonlyMap<string, AnyStepType>> {
  const types = new Map(stepTypes.map((type) => [type.name, type]));
  for (const path of call?.plugins ?? []) {
    const plugin = await loadPlugin(path);
    const problem = 'type' in plugin ? ownName(plugin.type) : plugin.problem;
    if ('type' in plugin && problem === undefined) types.set(plugin.type.name, plugin.type);
    else console.error(`warning: can't use the plugin ${path} that the run has used: ${problem}`);
  }
  for (const type of await everyOne(named, namedType)) types.set(type.name, type);
  return types;
}

async function namedType(file: string): Promise<AnyStepType> {
  const plugin = await loadPlugin(resolve(file));
  if (!('type' in plugin)) throw inputError(`can't use the plugin ${file}: ${plugin.problem}`, plugin.todo);
  const problem = ownName(plugin.type);
  if (problem !== undefined)
    throw inputError(`can't use the plugin ${file}: ${problem}`, 'give its step type another name');
  return plugin.type;
}

/** A change that unwedge has made is taken back by nothing else. */
const ownName = ({ name }: AnyStepType): string | undefined =>
  stepTypes.some((type) => type.name === name)
    ? `its step type '${name}' has the name of one of unwedge's own`
    : undefined;

/** A journal names step types: one name is one step type in all playbooks of a run. @throws InputError */
export function checkTypeNames(playbooks: readonly Playbook[]): void {
  const types = new Map<string, AnyStepType>();
  for (const { plays, file } of playbooks)
    for (const { type } of plays.flatMap((play) => stepsOf([...play.steps, ...play.handlers, ...play.health]))) {
      const other = types.get(type.name) ?? type;
      if (other !== type)
        throw inputError(
          `${file}: the step type '${type.name}' of its plugin is another one in a playbook before it`,
          'run these playbooks one by one, or give one another name',
        );
      types.set(type.name, type);
    }
}
