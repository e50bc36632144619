import type { Json, JsonObject } from '../core/json.ts';
import { suggestion } from '../core/suggestion.ts';
import { entryOf, type YamlNode } from '../core/yaml-node.ts';
import { CEL_TYPES, fromText, type Input, valueProblem } from './inputs.ts';
import type { Variable } from './names.ts';
import type { Report } from './place.ts';

/** The values of a play's inputs, by name. One that is missing or does not fit is reported where it is declared. */
export function inputValues(inputs: readonly Input[], given: JsonObject, mayLack: boolean, report: Report): JsonObject {
  const values: [string, Json][] = [];
  for (const input of inputs) {
    const value = Object.hasOwn(given, input.name) ? fromCommandLine(input, given[input.name], report) : input.fallback;
    if (value !== undefined) values.push([input.name, value]);
    else if (!Object.hasOwn(given, input.name) && !mayLack) reportMissing(input, report);
  }
  reportMisspelt(inputs, given, report);
  return Object.fromEntries(values);
}

function reportMissing({ name, description, entry }: Input, report: Report): void {
  const about = description === undefined ? '' : ` (${description})`;
  report.error(
    'input-not-given',
    entry.keySpan,
    `the input '${name}' is not given${about}`,
    `give it on the command line: -e ${name}=…`,
  );
}

/** Extra variables are any; one that is nearly an input's name is most likely meant for it. */
function reportMisspelt(inputs: readonly Input[], given: JsonObject, report: Report): void {
  const open = inputs.filter(({ name }) => !Object.hasOwn(given, name));
  for (const name of Object.keys(given)) {
    const near = inputs.some((input) => input.name === name)
      ? undefined
      : suggestion(
          name,
          open.map((one) => one.name),
        );
    const input = open.find((one) => one.name === near);
    if (input)
      report.warning(
        'unknown-input',
        input.entry.keySpan,
        `-e ${name} is no input`,
        `did you mean -e ${input.name}=…?`,
      );
  }
}

function fromCommandLine(input: Input, given: Json | undefined, report: Report): Json | undefined {
  const value = typeof given === 'string' ? fromText(input.type, given) : given;
  const problem = value === undefined ? valueProblem(input, given ?? null) : valueProblem(input, value);
  if (problem === undefined) return value;
  report.error('bad-input', input.entry.keySpan, `-e ${input.name}: ${problem}`, input.description);
  return undefined;
}

/** Those that only the command line will give, as far as they are known without it. */
export const openInputs = (inputs: readonly Input[], values: JsonObject): readonly (readonly [string, Variable])[] =>
  inputs
    .filter(({ name }) => !Object.hasOwn(values, name))
    .map(({ name, type }) => [name, { type: CEL_TYPES[type], missing: [], template: undefined }]);

/** Reports variables that an input of the same name would hide. */
export function checkHiddenVariables(inputs: readonly Input[], vars: YamlNode | undefined, report: Report): void {
  for (const { name } of inputs) {
    const entry = entryOf(vars, name);
    if (entry)
      report.error(
        'hidden-name',
        entry.keySpan,
        `'${name}' is an input, too, which would hide this variable`,
        'remove one',
      );
  }
}
