import { bounded, TookTooLong } from '../core/bounded.ts';
import type { Json } from '../core/json.ts';
import { entryOf, toJson, type YamlEntry, type YamlNode } from '../core/yaml-node.ts';
import { INPUT_TYPES, type InputType } from './input-schema.ts';
import { nameProblem } from './name-problem.ts';
import type { Report } from './place.ts';
import { typeName } from './schema-message.ts';

/** One declared input. */
export interface Input {
  readonly name: string;
  readonly entry: YamlEntry;
  readonly type: InputType;
  /** undefined: it must be given. */
  readonly fallback: Json | undefined;
  readonly choices: readonly Json[] | undefined;
  readonly pattern: RegExp | undefined;
  readonly description: string | undefined;
}

/** Reads declarations; their form was checked by the schema. Errors are reported. */
export function readInputs(node: YamlNode | undefined, report: Report): readonly Input[] {
  if (node?.kind !== 'map') return [];
  return node.entries.flatMap((entry) => readInput(entry, report) ?? []);
}

function readInput(entry: YamlEntry, report: Report): Input | undefined {
  const { key: name, keySpan, value } = entry;
  const problem = nameProblem(name);
  if (problem) report.error('bad-name', keySpan, problem, 'rename the input');
  const type = INPUT_TYPES.find((known) => known === field(value, 'type'));
  if (type === undefined) return undefined;
  const choices = field(value, 'enum');
  const description = field(value, 'description');
  const input = {
    ...{ name, entry, type, fallback: field(value, 'default'), pattern: patternOf(value, report) },
    choices: Array.isArray(choices) ? choices : undefined,
    description: typeof description === 'string' ? description : undefined,
  };
  checkOwnValues(input, report);
  return input;
}

function field(node: YamlNode, key: string): Json | undefined {
  const entry = entryOf(node, key);
  return entry && toJson(entry.value);
}

function patternOf(declaration: YamlNode, report: Report): RegExp | undefined {
  const node = entryOf(declaration, 'pattern')?.value;
  if (node?.kind !== 'scalar' || typeof node.value !== 'string') return undefined;
  try {
    return new RegExp(`^(?:${node.value})$`, 'u');
  } catch (error) {
    const why = error instanceof SyntaxError ? error.message.replace(/^.*: /, '') : String(error);
    report.error(
      'bad-value',
      node.span,
      `not a regular expression: ${why}`,
      'it is one of JavaScript, for example [a-z0-9-]+',
    );
    return undefined;
  }
}

/** The default and the choices must be what the input takes. */
function checkOwnValues(input: Input, report: Report): void {
  const { entry, fallback, choices, type } = input;
  const node = (key: string) => entryOf(entry.value, key)?.value.span ?? entry.keySpan;
  for (const choice of choices ?? []) {
    const problem = valueProblem({ ...input, choices: undefined }, choice);
    if (problem) report.error('bad-input', node('enum'), `of the input '${input.name}': ${problem}`);
  }
  const problem = fallback === undefined ? undefined : valueProblem(input, fallback);
  if (problem) report.error('bad-input', node('default'), `the default of the input '${input.name}': ${problem}`);
  if (input.pattern && type !== 'string')
    report.error(
      'bad-input',
      node('pattern'),
      `a pattern is for text, and the input '${input.name}' is of type ${type}`,
      'remove it',
    );
}

const WORDS: Readonly<Record<InputType, string>> = {
  string: 'a string',
  int: 'a whole number',
  number: 'a number',
  bool: 'true or false',
  list: 'a list',
  map: 'a map',
};

const FITS: Readonly<Record<InputType, (value: Json) => boolean>> = {
  string: (value) => typeof value === 'string',
  int: (value) => Number.isSafeInteger(value),
  number: (value) => typeof value === 'number',
  bool: (value) => typeof value === 'boolean',
  list: Array.isArray,
  map: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

/** Why a value can't be this input's; undefined where it can. */
export function valueProblem({ type, choices, pattern }: Input, value: Json): string | undefined {
  if (!FITS[type](value)) return `it must be ${WORDS[type]}, not ${typeName(value)}`;
  if (choices && !choices.some((choice) => JSON.stringify(choice) === JSON.stringify(value)))
    return `it must be one of ${choices.map((choice) => JSON.stringify(choice)).join(', ')}, not ${typeName(value)}`;
  return pattern && typeof value === 'string' ? patternProblem(pattern, value) : undefined;
}

function patternProblem(pattern: RegExp, value: string): string | undefined {
  const written = pattern.source.slice(4, -2).replaceAll('\\/', '/');
  try {
    return bounded(() => pattern.test(value)) ? undefined : `${typeName(value)} does not match ${written}`;
  } catch (error) {
    if (!(error instanceof TookTooLong)) throw error;
    return `to match ${typeName(value)} against ${written} takes too long; it needs a simpler pattern`;
  }
}

/** `-e name=value` gives text; what it says in the input's type. Undefined: it says none. */
export function fromText(type: InputType, text: string): Json | undefined {
  switch (type) {
    case 'string':
      return text;
    case 'int':
      return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
    case 'number':
      return /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : undefined;
    case 'bool':
      return { true: true, false: false }[text];
    case 'list':
      return text.startsWith('[') ? parsed(text) : text.split(',').map((item) => item.trim());
    case 'map':
      return parsed(text);
    default:
      return type satisfies never;
  }
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** CEL's type of its values. */
export const CEL_TYPES: Readonly<Record<InputType, string>> = {
  string: 'string',
  int: 'int',
  number: 'dyn',
  bool: 'bool',
  list: 'list<dyn>',
  map: 'dyn',
};

/** The JSON Schema type that a `{{ … }}` in its place must fit. */
export const SCHEMA_TYPES: Readonly<Record<InputType, string>> = {
  string: 'string',
  int: 'integer',
  number: 'number',
  bool: 'boolean',
  list: 'array',
  map: 'object',
};
