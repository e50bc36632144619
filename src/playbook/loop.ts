import type { Scope } from '../core/expression.ts';
import type { Json } from '../core/json.ts';
import type { YamlNode, YamlScalar } from '../core/yaml-node.ts';
import { compileValue } from './args.ts';
import { sharedType, typeWords } from './cel-value.ts';
import { compileExpression, failure } from './expression.ts';
import type { Names } from './names.ts';
import { type Report, TextPlace } from './place.ts';

export interface CompiledLoop {
  /** @throws StepError where an expression fails, or gives no list. */
  readonly items: (scope: Scope) => readonly Json[];
  /** CEL's type of an item. */
  readonly type: string;
}

/** A list as it stands, with templates in it, or an expression that gives one. Errors are reported. */
export function compileLoop(node: YamlNode, names: Names, report: Report): CompiledLoop | undefined {
  if (node.kind === 'list') {
    const { value, evaluate } = compileValue(node, {}, names, report);
    const items = (scope: Scope) => listOf(evaluate(scope)) ?? [];
    return { items, type: Array.isArray(value) ? sharedType(value) : 'dyn' };
  }
  return node.kind === 'scalar' && typeof node.value === 'string' ? ofExpression(node, names, report) : undefined;
}

function ofExpression(node: YamlScalar, names: Names, report: Report): CompiledLoop | undefined {
  const text = String(node.value);
  const place = new TextPlace(report, node);
  const compiled = compileExpression(text, place, names);
  if (!compiled) return undefined;
  const { type } = compiled;
  if (type !== 'dyn' && !type.startsWith('list')) {
    place.report({
      rule: 'expression-type',
      message: `a loop goes over a list, and this is ${typeWords(type)}`,
      end: text.length,
    });
    return undefined;
  }
  return {
    type: /^list<(\w+)>$/.exec(type)?.[1] ?? 'dyn',
    items(scope) {
      const items = listOf(compiled.evaluate(scope));
      if (items === undefined) throw failure(text, place, 'a loop goes over a list, and this is none');
      return items;
    },
  };
}

const listOf = (value: Json): readonly Json[] | undefined => (Array.isArray(value) ? value : undefined);
