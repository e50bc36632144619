import type { JsonObject } from '../core/json.ts';
import { entryOf, type YamlNode } from '../core/yaml-node.ts';
import type { Variable } from './names.ts';
import type { Report } from './place.ts';
import type { StepForm } from './task-form.ts';

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Words of the expression language, and its type names: https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax */
const RESERVED: ReadonlySet<string> = new Set(
  (
    'as break const continue else false for function if import in let loop package namespace null return true var void while ' +
    'bool bytes cel double dyn duration int list map null_type optional string timestamp type uint'
  ).split(' '),
);
const BUILT_IN: ReadonlySet<string> = new Set(['inventory_hostname', 'group_names', 'item']);

/** Why a name can't be a variable's or register's; undefined where it can. */
export function nameProblem(name: string): string | undefined {
  if (!IDENTIFIER.test(name)) return `'${name}' can't be a name; letters, digits and _ only, no digit first`;
  if (RESERVED.has(name)) return `'${name}' is a word of the expression language`;
  if (BUILT_IN.has(name)) return `'${name}' is set by unwedge`;
  return undefined;
}

/** A play's variables are constants with names that expressions can use. */
export function checkVariableNames(vars: YamlNode | undefined, report: Report): void {
  if (vars?.kind !== 'map') return;
  for (const { key, keySpan, value } of vars.entries) {
    const problem = nameProblem(key);
    if (problem) report.error(keySpan, problem, 'rename the variable');
    if (value.kind === 'scalar' && typeof value.value === 'string' && value.value.includes('{{')) {
      report.error(
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
  if (problem) report.error(span, problem, 'choose another name');
  else if (scope.inputs.has(name))
    report.error(span, `the register '${name}' would hide the input of the same name`, 'rename one');
  else if (Object.hasOwn(scope.extraVars, name))
    report.error(span, `the register '${name}' would hide the extra variable -e ${name}`, 'rename one');
  else if (scope.variables.has(name))
    report.warning(span, `the register '${name}' hides the variable of the same name`, 'rename one');
}
