import type { Diagnostic } from '../core/diagnostic.ts';
import type { SourceText, Span } from '../core/source-text.ts';
import type { InventoryBuilder } from './inventory-builder.ts';
import type { Value } from './variable.ts';

/** One inventory file being read: where its content goes, and where its errors go. */
export interface Reading {
  readonly source: SourceText;
  readonly builder: InventoryBuilder;
  readonly findings: Diagnostic[];
}

export function refuse({ source, findings }: Reading, span: Span, message: string, todo?: string): void {
  findings.push(source.finding(span, message, { todo }));
}

/** @param span of the variable's name, or of the line that sets it */
export function setGroupVar(reading: Reading, group: string, name: string, value: Value, span: Span): void {
  const place = { source: reading.source, start: span.start };
  if (!reading.builder.setGroupVar(group, name, value, place))
    refuse(reading, span, `${name} must be a whole number`, 'a group with a higher one wins over those beside it');
}

/** Why a name can't be a group: a pattern could not name it. */
export function groupNameProblem(name: string): string | undefined {
  if (name === '') return 'an empty group name';
  const bad = /[\s\p{C}:,&!~@*?[\]{}]/u.exec(name);
  if (name.startsWith('-') || bad) return `'${name}' can't be a group name; a pattern could not name it`;
  return undefined;
}

/** Passwords that Ansible's variables hold; they are masked wherever variables are shown. */
export const isPassword = (variable: string): boolean =>
  /^ansible_((become|sudo|su|ssh)_)?(pass|password)$/.test(variable);

/** A line that holds a password or a secret is not shown with what is wrong in it. */
export function withoutSecretLine({ source, length, ...finding }: Diagnostic): Diagnostic {
  const holdsOne = source !== undefined && /\bansible_\w*pass(word)?\b|!secret\s+[^\s{[]/.test(source);
  return holdsOne || source === undefined || length === undefined ? finding : { ...finding, source, length };
}
