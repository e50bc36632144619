import { type ASTNode, Environment, ParseError, serialize } from '@marcbachmann/cel-js';

/** A use of a name in an expression, by offsets in its text. */
export interface NameUse {
  readonly name: string;
  /** The field read from it, where it is read by `.field`. */
  readonly field: string | undefined;
  readonly start: number;
  readonly end: number;
}

/** Every name that an expression mentions, the variables of its own macros (`all(x, …)`) included. */
export function nameUses(ast: ASTNode): NameUse[] {
  const uses: NameUse[] = [];
  collect(ast, uses);
  return uses;
}

/** What must hold for a condition to hold, each in one spelling: `a>0 && b` is `a > 0` and `b`. Nothing where it does not parse. */
export function conjuncts(condition: string): string[] {
  try {
    return operands(new Environment({ unlistedVariablesAreDyn: true }).parse(condition).ast);
  } catch (error) {
    if (error instanceof ParseError) return [];
    throw error;
  }
}

function operands(ast: ASTNode): string[] {
  if (ast.op !== '&&') return [serialize(ast)];
  return ast.args.flatMap(operands);
}

function collect(node: unknown, uses: NameUse[]): void {
  if (Array.isArray(node)) {
    for (const item of node) collect(item, uses);
    return;
  }
  if (!isNode(node)) return;
  const { op, args, start, end } = node;
  if (op === 'id' && typeof args === 'string') uses.push({ name: args, field: undefined, start, end });
  else if (op === '.' && Array.isArray(args) && isNode(args[0]) && args[0].op === 'id') {
    uses.push({ name: String(args[0].args), field: String(args[1]), start: args[0].start, end });
  } else collect(args, uses);
}

interface Node {
  readonly op: string;
  readonly args: unknown;
  readonly start: number;
  readonly end: number;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
