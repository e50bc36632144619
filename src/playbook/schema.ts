import type { Json, JsonObject } from '../core/json.ts';
import type { Span } from '../core/source-text.ts';
import { entryOf, type YamlNode } from '../core/yaml-node.ts';
import type { Report } from './place.ts';
import { schemaMessage } from './schema-message.ts';
import { type SchemaError, validatorOf } from './validator.ts';

export type { SchemaError };

export type Path = readonly (string | number)[];

/** Validates and fills in defaults, in place. */
export function validate(schema: JsonObject, value: Json): readonly SchemaError[] {
  const check = validatorOf(schema);
  return check(value) ? [] : withoutBranches(check.errors ?? []);
}

/** Of alternatives (anyOf, oneOf) the one that was meant: that of the right type; else only that none fits. */
function withoutBranches(errors: readonly SchemaError[]): SchemaError[] {
  // A bad key is reported once, as such, not also as what its name fails to match.
  let left = errors.filter((e) => e.propertyName === undefined);
  for (const choice of errors.filter((e) => e.keyword === 'anyOf' || e.keyword === 'oneOf')) {
    const inside = left.filter((e) => e.schemaPath.startsWith(`${choice.schemaPath}/`));
    const branch = (e: SchemaError) => e.schemaPath.slice(choice.schemaPath.length + 1).split('/')[0];
    const wrongType = new Set(
      inside.filter((e) => e.keyword === 'type' && e.instancePath === choice.instancePath).map(branch),
    );
    const meant = inside.filter((e) => !wrongType.has(branch(e)));
    left = left.filter((e) => !inside.includes(e) && e !== choice);
    left.push(...(meant.length > 0 ? meant : [choice]));
  }
  return left;
}

/** Reports each error at the node it is about. `name`: how people call the whole value. */
export function reportSchemaErrors(errors: readonly SchemaError[], root: YamlNode, report: Report, name: string): void {
  for (const error of errors) {
    const path = pointerPath(error.instancePath);
    const { rule, message, todo } = schemaMessage(error, [name, ...path]);
    report.error(rule, placeOf(error, root, path), message, todo);
  }
}

function placeOf(error: SchemaError, root: YamlNode, path: Path): Span {
  const node = nodeAt(root, path);
  const extra: unknown = error.params.additionalProperty ?? error.params.propertyName;
  if (typeof extra === 'string') return entryOf(node, extra)?.keySpan ?? root.span;
  return node?.span ?? root.span;
}

export function nodeAt(root: YamlNode, path: Path): YamlNode | undefined {
  let node: YamlNode | undefined = root;
  for (const key of path) node = node?.kind === 'list' ? node.items[Number(key)] : entryOf(node, String(key))?.value;
  return node;
}

export const pointerPath = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
