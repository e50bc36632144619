import { type ASTNode, Environment, ParseError, serialize } from '@marcbachmann/cel-js';

/** A use of a name in an expression, by offsets in its text. */
export interface NameUse {
  readonly name: string;
  /** The field read from it, where it is read by `.field`. */
  readonly field: string | undefined;
  readonly start: number;
  readonly end: number;
}

/** Every name that an expression reads from its scope; not the variables of its own macros (`all(x, …)`). */
export function nameUses(ast: ASTNode): NameUse[] {
  const uses: NameUse[] = [];
  collect(ast, new Set(), uses);
  return uses;
}

/** The calls of these functions (not `x.name()`), and what each is given, by offsets in the text. */
export function callsOf(ast: ASTNode, functions: readonly string[]): { readonly args: readonly TextSpan[] }[] {
  const calls: { args: readonly TextSpan[] }[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(visit);
    if (!isNode(node)) return;
    const [name, args]: unknown[] = node.op === 'call' && Array.isArray(node.args) ? node.args : [];
    if (functions.includes(String(name)) && Array.isArray(args)) calls.push({ args: args.filter(isNode) });
    visit(node.args);
  };
  visit(ast);
  return calls;
}

interface TextSpan {
  readonly start: number;
  readonly end: number;
}

/** What must hold for a condition to hold, each in one spelling: `a>0 && b` is `a > 0` and `b`. Nothing where it does not parse. */
export function conjuncts(condition: string): string[] {
  try {
    return operands(new Environment({ unlistedVariablesAreDyn: true }).parse(condition).ast);
  } catch (error) {
    if (isNone(error)) return [];
    throw error;
  }
}

/** Whether an expression reads a name from its scope; false where it does not parse. */
export function readsName(expression: string, name: string): boolean {
  try {
    const { ast } = new Environment({ unlistedVariablesAreDyn: true }).parse(expression);
    return nameUses(ast).some((use) => use.name === name);
  } catch (error) {
    if (isNone(error)) return false;
    throw error;
  }
}

/** The parser calls itself for each of a thousand `!`, until there is no stack left. */
const isNone = (error: unknown): boolean => error instanceof ParseError || error instanceof RangeError;

function operands(ast: ASTNode): string[] {
  if (ast.op !== '&&') return [serialize(ast)];
  return ast.args.flatMap(operands);
}

function collect(node: unknown, own: ReadonlySet<string>, uses: NameUse[]): void {
  if (Array.isArray(node)) {
    for (const item of node) collect(item, own, uses);
    return;
  }
  if (!isNode(node)) return;
  const use = useOf(node);
  const variable = macroVariable(node);
  if (use) {
    if (!own.has(use.name)) uses.push(use);
  } else if (variable !== undefined && Array.isArray(node.args)) {
    collect(node.args[1], own, uses);
    collect(node.args[2], new Set([...own, variable]), uses);
  } else collect(node.args, own, uses);
}

function useOf({ op, args, start, end }: Node): NameUse | undefined {
  if (op === 'id' && typeof args === 'string') return { name: args, field: undefined, start, end };
  const [of, field]: unknown[] = op === '.' && Array.isArray(args) ? args : [];
  if (!isNode(of) || of.op !== 'id') return undefined;
  return { name: String(of.args), field: String(field), start: of.start, end };
}

const MACROS: ReadonlySet<unknown> = new Set(['all', 'exists', 'exists_one', 'map', 'filter', 'bind']);

/** `x` of `list.exists(x, …)` and `cel.bind(x, …)`. */
function macroVariable({ op, args }: Node): string | undefined {
  if (op !== 'rcall' || !Array.isArray(args) || !MACROS.has(args[0]) || !Array.isArray(args[2])) return undefined;
  const [variable]: unknown[] = args[2];
  return isNode(variable) && variable.op === 'id' ? String(variable.args) : undefined;
}

interface Node {
  readonly op: string;
  readonly args: unknown;
  readonly start: number;
  readonly end: number;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
