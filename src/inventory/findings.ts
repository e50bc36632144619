import type { Diagnostic } from '../core/diagnostic.ts';
import type { SourceText, Span } from '../core/source-text.ts';
import type { InventoryBuilder } from './inventory-builder.ts';

/** One inventory file being read: where its content goes, and where its errors go. */
export interface Reading {
  readonly source: SourceText;
  readonly builder: InventoryBuilder;
  readonly findings: Diagnostic[];
}

export function refuse({ source, findings }: Reading, span: Span, message: string, todo?: string): void {
  findings.push(source.finding(span, message, { todo }));
}

/** Why a name can't be a group: a pattern could not name it. */
export function groupNameProblem(name: string): string | undefined {
  if (name === '') return 'an empty group name';
  const bad = /[\s\p{C}:,&!~@*?[\]{}]/u.exec(name);
  if (name.startsWith('-') || bad) return `'${name}' can't be a group name; a pattern could not name it`;
  return undefined;
}
