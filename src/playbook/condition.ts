import { parseDuration } from '../core/duration.ts';
import type { Expression } from '../core/expression.ts';
import { toJson, type YamlNode } from '../core/yaml-node.ts';
import { compileTyped } from './args.ts';
import type { Names } from './names.ts';
import type { Report } from './place.ts';

/** A condition; true and false may be written as such. */
export function compileWhen(node: YamlNode | undefined, names: Names, report: Report): Expression<boolean> | undefined {
  if (node?.kind !== 'scalar') return undefined;
  const { value } = node;
  if (typeof value === 'boolean')
    return { source: String(value), at: report.source.at(node.span.start), reads: [], evaluate: () => value };
  if (typeof value !== 'string') return undefined;
  const compiled = compileTyped(node, 'bool', names, report);
  return compiled && { ...compiled, evaluate: (scope) => compiled.evaluate(scope) === true };
}

/** Seconds. */
export function readTime(node: YamlNode | undefined, report: Report): number | undefined {
  const value = node && toJson(node);
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const seconds = parseDuration(value);
  if (seconds === undefined && node) {
    report.error('bad-value', node.span, `'${value}' is no time`, 'write seconds, or for example 30s, 5m, 1h30m');
  }
  return seconds;
}
