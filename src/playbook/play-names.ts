import type { JsonObject } from '../core/json.ts';
import { entryOf, type YamlNode } from '../core/yaml-node.ts';
import { nameProblem } from './name-problem.ts';
import type { Variable } from './names.ts';
import type { Report } from './place.ts';
import type { StepForm } from './task-form.ts';

/** A play's variables are constants with names that expressions can use. */
export function checkVariableNames(vars: YamlNode | undefined, report: Report): void {
  if (vars?.kind !== 'map') return;
  for (const { key, keySpan, value } of vars.entries) {
    const problem = nameProblem(key);
    if (problem) report.error('bad-name', keySpan, problem, 'rename the variable');
    if (value.kind === 'scalar' && typeof value.value === 'string' && value.value.includes('{{')) {
      report.error(
        'templated-variable',
        value.span,
        `the variable '${key}' is a constant; {{ }} is not evaluated here`,
        'write the expression where it is used',
      );
    }
  }
}

export interface TakenNames {
  readonly variables: ReadonlyMap<string, Variable>;
  readonly extraVars: JsonObject;
  /** Of the play, and of the includes that the step stands in. */
  readonly inputs: ReadonlySet<string>;
}

export function checkRegister({ node, report }: StepForm, name: string, scope: TakenNames): void {
  const span = entryOf(node, 'register')?.value.span ?? node.span;
  const problem = nameProblem(name);
  if (problem) report.error('bad-name', span, problem, 'choose another name');
  else if (scope.inputs.has(name))
    report.error('hidden-name', span, `the register '${name}' would hide the input of the same name`, 'rename one');
  else if (Object.hasOwn(scope.extraVars, name))
    report.error('hidden-name', span, `the register '${name}' would hide the extra variable -e ${name}`, 'rename one');
  else if (scope.variables.has(name))
    report.warning('hidden-name', span, `the register '${name}' hides the variable of the same name`, 'rename one');
}
