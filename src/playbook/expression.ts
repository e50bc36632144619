import { type ASTNode, Environment, EvaluationError, ParseError, type ParseResult } from '@marcbachmann/cel-js';
import { bounded } from '../core/bounded.ts';
import type { Expression, Scope } from '../core/expression.ts';
import type { Json } from '../core/json.ts';
import { StepError } from '../core/step-type.ts';
import { callsOf, type NameUse, nameUses } from './cel-tree.ts';
import { fromCel, toCel } from './cel-value.ts';
import { nameFinding, syntaxFinding, typeFinding } from './expression-finding.ts';
import type { Names } from './names.ts';
import type { TextPlace } from './place.ts';

/** A checked expression and its CEL type (`dyn`: known at run time only). */
export interface Compiled extends Expression {
  readonly type: string;
}

/** Long enough for any condition; keeps hostile text from costing more than it is worth. */
const LIMITS = { maxAstNodes: 2000, maxDepth: 64, maxListElements: 500, maxMapEntries: 500, maxCallArguments: 16 };

/** Compiles and type-checks one expression. Undefined where it has an error, which is reported at its place. */
export function compileExpression(text: string, place: TextPlace, names: Names): Compiled | undefined {
  try {
    return compile(text, place, names);
  } catch (error) {
    // The parser calls itself for each of a thousand `!`, and so does what looks at its tree.
    if (!(error instanceof RangeError)) throw error;
    place.report({ rule: 'expression-syntax', message: 'the expression is nested too deeply', end: text.length });
    return undefined;
  }
}

function compile(text: string, place: TextPlace, names: Names): Compiled | undefined {
  const parsed = parse(text, place);
  if (!parsed) return undefined;
  const uses = nameUses(parsed.ast);
  for (const use of uses) {
    names.read?.add(use.name);
    const found = nameFinding(use, names);
    if (found) {
      place.report(found);
      if (found.severity !== 'warning') return undefined;
    }
  }
  const environment = environmentOf(uses, names);
  const checked = environment.parse(text).check();
  if (!checked.valid) {
    place.report(typeFinding(checked.error, text, names));
    return undefined;
  }
  return {
    source: text,
    at: place.at,
    reads: [...new Set(uses.map((use) => use.name))],
    type: checked.type ?? 'dyn',
    evaluate: evaluator(environment.parse(numbersGuarded(text, parsed.ast)), text, uses, place, names),
  };
}

function parse(text: string, place: TextPlace) {
  try {
    return new Environment({ unlistedVariablesAreDyn: true, limits: LIMITS }).parse(text);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    place.report(syntaxFinding(error, text));
    return undefined;
  }
}

/** Only what the expression names is declared: a play may have thousands of variables. */
function environmentOf(uses: readonly NameUse[], names: Names): Environment {
  const environment = new Environment({
    unlistedVariablesAreDyn: names.open,
    homogeneousAggregateLiterals: false,
    limits: LIMITS,
  });
  environment.registerFunction(`${GUARD}(dyn): dyn`, notEmpty);
  for (const name of new Set(uses.map((use) => use.name))) {
    const register = names.registers.get(name);
    const variable = names.variables.get(name);
    if (register?.fields) environment.registerVariable(name, { schema: { ...register.fields, changed: 'bool' } });
    else if (register) environment.registerVariable(name, 'dyn');
    else if (variable) environment.registerVariable(name, variable.type);
  }
  return environment;
}

/** cel-js 8.0 takes an empty text for 0: `int("") == 0`. Its own functions can't be replaced, but what they are given can. */
const GUARD = 'notEmpty';
function numbersGuarded(text: string, ast: ASTNode): string {
  const given = callsOf(ast, ['int', 'uint']).flatMap(({ args: [arg, ...more] }) =>
    arg && more.length === 0 ? [arg] : [],
  );
  const inserts = given.flatMap(({ start, end }) => [
    { at: start, what: `${GUARD}(` },
    { at: end, what: ')' },
  ]);
  return inserts
    .toSorted((a, b) => b.at - a.at)
    .reduce((whole, { at, what }) => whole.slice(0, at) + what + whole.slice(at), text);
}

function notEmpty(value: unknown): unknown {
  if (value === '') throw new Error('an empty text is no number');
  return value;
}

function evaluator(run: ParseResult, text: string, uses: readonly NameUse[], place: TextPlace, names: Names) {
  const needed = [...new Set(uses.map((use) => use.name))];
  const hasPattern = text.includes('matches');
  return (scope: Scope): Json => {
    const context: Record<string, unknown> = {};
    for (const name of needed) {
      const value = Object.hasOwn(scope, name) ? scope[name] : undefined;
      if (value !== undefined) context[name] = toCel(value);
    }
    try {
      return fromCel(hasPattern ? bounded(() => run(context)) : run(context));
    } catch (error) {
      if (error instanceof EvaluationError) throw evaluationError(error, text, place, names);
      throw failure(text, place, error instanceof Error ? error.message : 'it failed', undefined, error);
    }
  };
}

function evaluationError(error: EvaluationError, text: string, place: TextPlace, names: Names): StepError {
  const unset = error.code === 'unknown_variable' ? /: (\w+)$/.exec(error.summary)?.[1] : undefined;
  const register = unset === undefined ? undefined : names.registers.get(unset);
  if (unset === undefined || !register) return failure(text, place, error.summary, undefined, error);
  const why = `${unset} is not set on this host: step '${register.step}' (line ${register.at.line}) was skipped or gave no result`;
  return failure(text, place, why, `put the condition of '${register.step}' and && in front`, error);
}

/** An expression that turned out wrong on a host. */
export function failure(text: string, place: TextPlace, why: string, todo?: string, cause?: unknown): StepError {
  const { file, line, column } = place.at;
  const message = `${file}:${line}:${column}: '${text}': ${why}`;
  return new StepError(message, { ...(todo === undefined ? {} : { todo }), ...(cause === undefined ? {} : { cause }) });
}
