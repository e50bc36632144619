import { inputError } from '../core/diagnostic.ts';
import type { AnyStepType } from '../core/step-type.ts';
import { didYouMean } from '../core/suggestion.ts';
import { stepTypes } from '../steps/index.ts';

/** `unwedge steps [NAME]`, from the registry. */
export function showSteps(name: string | undefined): void {
  if (name === undefined) {
    const width = Math.max(...stepTypes.map((type) => type.name.length));
    for (const type of stepTypes) console.log(`${type.name.padEnd(width)}  ${type.description}`);
    return;
  }
  const type = stepTypes.find((t) => t.name === name);
  if (!type)
    throw inputError(
      `no step type is named '${name}'`,
      didYouMean(
        name,
        stepTypes.map((t) => t.name),
      ),
    );
  console.log(page(type));
}

interface Property {
  readonly description?: string;
  readonly default?: unknown;
}

function page(type: AnyStepType): string {
  const properties = Object.entries((type.schema.properties ?? {}) as Record<string, Property>);
  const required = new Set((type.schema.required ?? []) as readonly string[]);
  const about = ([name, { description = '', default: value }]: [string, Property]) =>
    `  ${name}${required.has(name) ? ' (required)' : value === undefined ? '' : ` (default ${JSON.stringify(value)})`}\n      ${description}`;
  const [example] = (type.schema.examples ?? []) as readonly unknown[];
  return [
    `${type.name}: ${type.description}`,
    ...(properties.length === 0 ? [] : ['', 'arguments', ...properties.map(about)]),
    '',
    `register gives: changed (bool)${Object.entries(type.output)
      .map(([field, kind]) => `, ${field} (${kind})`)
      .join('')}`,
    `deadline: ${type.deadline} s     undo: ${undoText(type)}`,
    ...(example === undefined ? [] : ['', `example: - ${type.name}: ${JSON.stringify(example)}`]),
  ].join('\n');
}

function undoText({ undo }: AnyStepType): string {
  switch (undo.kind) {
    case 'reverse':
      return 'restores what was there before';
    case 'repeat':
      return 'done again after what it activated was restored';
    case 'irreversible':
      return `none: ${undo.reason}`;
    default:
      return undo satisfies never;
  }
}
