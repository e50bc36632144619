import type { TypeError as CelTypeError, ParseError } from '@marcbachmann/cel-js';
import { didYouMean, suggestion } from '../core/suggestion.ts';
import type { NameUse } from './cel-tree.ts';
import { ITEM, type Names, type Register, type Variable } from './names.ts';
import type { TextFinding } from './place.ts';

/** What is wrong with a name that an expression reads; undefined where it is known, or for the type checker to judge. */
export function nameFinding(use: NameUse, names: Names): TextFinding | undefined {
  const register = names.registers.get(use.name);
  if (register)
    return (
      fieldFinding(use, register) ??
      unfilledFinding(use, register) ??
      neverFinding(use, register, names) ??
      unsetFinding(use, register, names) ??
      failedFinding(use, register, names)
    );
  const place = { start: use.start, end: use.start + use.name.length };
  const variable = names.variables.get(use.name);
  if (variable) return variableFinding(use.name, variable, place);
  const later = names.later.get(use.name);
  if (later) return { ...place, ...laterFinding(use.name, later) };
  return names.open ? guess(use.name, place, names) : undefined;
}

function laterFinding(name: string, { step, at, leftOut }: Register): Pick<TextFinding, 'rule' | 'message' | 'todo'> {
  const setter = `step '${step}' in line ${at.line} registers it`;
  if (leftOut)
    return {
      rule: 'register-not-set',
      message: `'${name}' is not set: ${setter}, and it is left out by --tags, --skip-tags or --start-at-step`,
      todo: "choose that step, too, or tag it 'always'",
    };
  const todo = 'move that step up, or register under this name before';
  return { rule: 'register-not-set', message: `'${name}' is used before it is set: ${setter}`, todo };
}

/** Without an inventory any name may be a variable of it; one that looks like a register's is more likely misspelt. */
function guess(name: string, place: { start: number; end: number }, names: Names): TextFinding | undefined {
  const near = suggestion(name, [...names.registers.keys(), ...names.variables.keys()]);
  if (near === undefined || BUILT_IN_NAMES.has(name)) return undefined;
  const message = `'${name}' is neither set in the play nor registered; the inventory must give it`;
  return { ...place, rule: 'unknown-variable', severity: 'warning', message, todo: `did you mean '${near}'?` };
}

/** Type names and the holder of CEL's own functions. */
const BUILT_IN_NAMES: ReadonlySet<string> = new Set([
  'cel',
  'bool',
  'bytes',
  'double',
  'int',
  'list',
  'map',
  'string',
  'type',
  'uint',
]);

function fieldFinding(use: NameUse, register: Register): TextFinding | undefined {
  if (use.field === undefined || !register.fields) return undefined;
  const fields = [...Object.keys(register.fields), 'changed'];
  if (fields.includes(use.field)) return undefined;
  const message = `'${use.name}' has no field '${use.field}' (set by step '${register.step}')`;
  return {
    rule: 'unknown-field',
    message,
    todo: didYouMean(use.field, fields),
    start: use.end - use.field.length,
    end: use.end,
  };
}

/** A look that the step does not have finds nothing, neither in a dry run nor in a run. */
function unfilledFinding({ name, field = '', end }: NameUse, register: Register): TextFinding | undefined {
  const argument = register.unfilled?.get(field);
  if (argument === undefined) return undefined;
  const message = `'${name}.${field}' never has a value: '${argument}' fills it, and step '${register.step}' has none`;
  const todo = `give that step (line ${register.at.line}) the argument '${argument}'`;
  return { rule: 'field-never-filled', message, todo, start: end - field.length, end };
}

/** A run without --tags is refused for it. */
function neverFinding(use: NameUse, { step, at, never }: Register, names: Names): TextFinding | undefined {
  if (!never || !names.plain) return undefined;
  const message = `'${use.name}' is not set in a run without --tags: step '${step}' in line ${at.line} is tagged 'never'`;
  const todo = "tag this step 'never', too, or take that tag off the other";
  const place = { start: use.start, end: use.start + use.name.length };
  return { ...place, rule: 'register-not-set', severity: 'warning', message, todo };
}

/** A step that is skipped sets no register: whoever reads it must be skipped under the same condition. */
function unsetFinding(use: NameUse, register: Register, names: Names): TextFinding | undefined {
  const place = {
    rule: 'register-maybe-not-set',
    severity: 'warning',
    start: use.start,
    end: use.start + use.name.length,
  } as const;
  const open = register.conditions.filter((condition) => !names.given.has(condition));
  const condition = open.join(' && ');
  if (open.length > 0)
    return {
      ...place,
      message: `'${use.name}' is set only where step '${register.step}' ran (when: ${condition}); elsewhere this step would fail`,
      todo: `begin this step's when with: ${condition} &&`,
    };
  if (register.unsure === undefined) return undefined;
  const message = `'${use.name}' is set by step '${register.step}' ${register.unsure}; elsewhere this step would fail`;
  return { ...place, message, todo: `register '${use.name}' before the block, or read it inside` };
}

/** Of a step that ignores errors and failed, no more is known than that. */
function failedFinding(use: NameUse, { step, fieldsNeed }: Register, names: Names): TextFinding | undefined {
  if (fieldsNeed === undefined || names.given.has(fieldsNeed)) return undefined;
  if (use.field === undefined || use.field === 'changed' || use.field === 'failed') return undefined;
  const message = `'${use.name}.${use.field}' is there only where step '${step}' did not fail; elsewhere this step would fail`;
  const todo = `begin this step's when with: ${fieldsNeed} &&`;
  return { rule: 'register-maybe-not-set', severity: 'warning', message, todo, start: use.start, end: use.end };
}

function variableFinding(
  name: string,
  variable: Variable,
  place: { start: number; end: number },
): TextFinding | undefined {
  const [first] = variable.missing;
  if (first !== undefined) {
    const more = variable.missing.length > 1 ? ` and ${variable.missing.length - 1} more of the play's hosts` : '';
    const todo = 'give it a value in the group all, or choose other hosts';
    return {
      ...place,
      rule: 'variable-not-on-host',
      message: `variable '${name}' has no value on host ${first}${more}`,
      todo,
    };
  }
  if (variable.template === undefined) return undefined;
  const message = `variable '${name}' of host ${variable.template} is a template ({{ … }}), which is not evaluated in an inventory`;
  return { ...place, rule: 'templated-variable', message, todo: 'write the value itself' };
}

/** CEL's parser in words, with advice for what people bring from Jinja. */
export function syntaxFinding(error: ParseError, text: string): TextFinding {
  const place = {
    rule: 'expression-syntax',
    start: error.range?.start ?? 0,
    end: error.range?.end ?? text.length,
  } as const;
  if (text.trim() === '')
    return { ...place, message: 'an empty expression', todo: 'write a condition such as found.dead > 0' };
  const todo = jinjaAdvice(text);
  return {
    ...place,
    message: `not a valid expression${todo === undefined ? `: ${lowerFirst(error.summary)}` : ''}`,
    todo,
  };
}

const HABITS: readonly (readonly [RegExp, string])[] = [
  [/\{\{|\}\}/, 'it is an expression already: leave the {{ }} out'],
  [
    /\bis\s+(not\s+)?defined\b/,
    'every name is checked before the run; use has(name.field) for a field that may be missing',
  ],
  [/\band\b/, 'write && for and'],
  [/\bor\b/, 'write || for or'],
  [/(^|[\s(])not\s/, 'write ! for not'],
  [/\|\s*\w/, 'there are no filters: use functions such as size(x), string(x), x.contains(y)'],
  [/[^=!<>]=[^=]/, 'write == to compare'],
];

/** Looks outside quotes only. */
function jinjaAdvice(text: string): string | undefined {
  const bare = text.replace(/"(?:\\[\s\S]|[^"\\])*"?|'(?:\\[\s\S]|[^'\\])*'?/g, '""');
  return HABITS.find(([habit]) => habit.test(bare))?.[1];
}

/** CEL's type checker in words. */
export function typeFinding(error: ParseError | CelTypeError | undefined, text: string, names: Names): TextFinding {
  const place = {
    rule: 'expression-type',
    start: error?.range?.start ?? 0,
    end: error?.range?.end ?? text.length,
  } as const;
  const summary = error?.summary ?? 'the expression is not valid';
  if (error?.code === 'unknown_variable') return unknownName(summary, place, names, text);
  const overload = /^no such overload: (.+)$/.exec(summary)?.[1];
  if (overload !== undefined)
    return { ...place, message: `these types do not go together: ${named(overload)}`, todo: conversion(overload) };
  const call = /^found no matching overload for '(.+)'$/.exec(summary)?.[1];
  if (call !== undefined) return { ...place, message: `there is no function ${named(call)}` };
  return { ...place, message: lowerFirst(named(summary)) };
}

function unknownName(summary: string, place: { start: number; end: number }, names: Names, text: string): TextFinding {
  const name = /: (\w+)$/.exec(summary)?.[1] ?? text;
  const known = new Set([...names.registers.keys(), ...names.later.keys(), ...names.variables.keys()]);
  if (name === ITEM)
    return {
      ...place,
      rule: 'unknown-variable',
      message: `unknown variable '${name}'`,
      todo: 'it is there in a step that has a loop',
    };
  return {
    ...place,
    rule: 'unknown-variable',
    message: `unknown variable '${name}'`,
    todo: didYouMean(name, known) ?? 'set it in the play, in the inventory or with -e',
  };
}

/** Registers have types of their own inside CEL, named `$name`. */
const named = (types: string): string => types.replace(/\$(\w+)/g, 'register $1');

function conversion(types: string): string | undefined {
  if (types.includes('register ') || types.includes('$')) return 'name one of its fields';
  if (/\bstring\b/.test(types) && /\b(int|double)\b/.test(types))
    return 'convert one side with int(…), double(…) or string(…)';
  if (/\bint\b/.test(types) && /\bdouble\b/.test(types)) return 'convert one side with double(…) or int(…)';
  return undefined;
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
