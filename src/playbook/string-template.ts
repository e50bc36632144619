import type { Scope } from '../core/expression.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { YamlScalar } from '../core/yaml-node.ts';
import { typeWords } from './cel-value.ts';
import { type Compiled, compileExpression, failure } from './expression.ts';
import type { Names } from './names.ts';
import { type Report, type TextFinding, TextPlace } from './place.ts';
import { typeNames } from './schema-message.ts';
import { isGoTemplate, parseTemplate } from './template.ts';

interface CompiledPart {
  readonly compiled: Compiled;
  readonly place: TextPlace;
}

/**
 * Compiles the `{{ … }}` of a string. A string that is one expression keeps the value's type, else it is joined.
 * Undefined where there is an error, which is reported.
 */
export function compileTemplate(
  node: YamlScalar,
  schemas: readonly JsonObject[],
  names: Names,
  report: Report,
): ((scope: Scope) => Json) | undefined {
  const template = parseTemplate(String(node.value));
  if ('unclosed' in template) {
    const todo = 'close it with }}; to write {{ itself: {{ "{{" }}';
    new TextPlace(report, node).report({
      rule: 'bad-template',
      message: '{{ without }}',
      todo,
      start: template.unclosed,
      end: template.unclosed + 2,
    });
    return undefined;
  }
  const parts = template.parts.map((part) =>
    part.kind === 'text' ? part.text : compilePart(part, node, names, report),
  );
  if (parts.includes(undefined)) return undefined;
  const usable = parts.filter((part) => part !== undefined);
  const [only] = usable;
  if (usable.length === 1 && only !== undefined && typeof only !== 'string') return whole(only, schemas);
  return joined(usable);
}

function compilePart(
  part: { text: string; offset: number },
  node: YamlScalar,
  names: Names,
  report: Report,
): CompiledPart | undefined {
  const place = new TextPlace(report, node, part.offset);
  const compiled = compileExpression(part.text, place, names);
  return compiled && { compiled, place };
}

/** What a JSON Schema type accepts of CEL's types; what is not listed is known at run time only. */
const ACCEPTS: Readonly<Record<string, RegExp>> = {
  string: /^string$/,
  integer: /^(int|uint)$/,
  number: /^(int|uint|double)$/,
  boolean: /^bool$/,
  array: /^list/,
  object: /^map/,
};

function whole(
  { compiled, place }: CompiledPart,
  schemas: readonly JsonObject[],
): ((scope: Scope) => Json) | undefined {
  const { type, source } = compiled;
  const types = schemas.flatMap((schema) => schema.type ?? []).filter((t) => typeof t === 'string');
  const fits = type === 'dyn' || types.length === 0 || types.some((t) => ACCEPTS[t]?.test(type));
  if (type.startsWith('$')) {
    place.report({
      rule: 'expression-type',
      message: `'${source}' is all that a step registered`,
      todo: `name one field: ${source}.changed`,
      end: source.length,
    });
    return undefined;
  }
  if (!fits) {
    place.report({
      rule: 'expression-type',
      message: `this must be ${typeNames(types)}, but '${source}' is ${typeWords(type)}`,
      end: source.length,
    });
    return undefined;
  }
  return (scope) => compiled.evaluate(scope);
}

function joined(parts: readonly (string | CompiledPart)[]): ((scope: Scope) => Json) | undefined {
  const bad = parts.find(
    (part) => typeof part !== 'string' && !/^(string|u?int|double|bool|dyn)$/.test(part.compiled.type),
  );
  if (bad !== undefined && typeof bad !== 'string') {
    const { source, type } = bad.compiled;
    const todo = type.startsWith('list') ? `join it: ${source}.join(", ")` : 'name one text or number of it';
    bad.place.report({
      rule: 'bad-template',
      message: `'${source}' is ${typeWords(type)}, which can't be put into a string`,
      todo,
      end: source.length,
    });
    return undefined;
  }
  return (scope) => parts.map((part) => (typeof part === 'string' ? part : text(part, scope))).join('');
}

function text({ compiled, place }: CompiledPart, scope: Scope): string {
  const value = compiled.evaluate(scope);
  if (value === null || typeof value === 'object')
    throw failure(compiled.source, place, "this can't be put into a string");
  return String(value);
}

/** Data is never spliced into a program. Go templates are text to us. */
export function programFinding(program: string): TextFinding | undefined {
  const template = parseTemplate(program);
  const parts = 'unclosed' in template ? [] : template.parts;
  for (const part of parts) {
    if (part.kind !== 'expression' || isGoTemplate(part.text)) continue;
    const message = `{{ ${part.text} }} inside a program: a value would become program text`;
    const todo = `pass it as an argument: args: ["{{ ${part.text} }}"], and use "$1" in the program`;
    return {
      rule: 'templated-program',
      message,
      todo,
      start: program.lastIndexOf('{{', part.offset),
      end: part.offset + part.text.length + 2,
    };
  }
  return undefined;
}
