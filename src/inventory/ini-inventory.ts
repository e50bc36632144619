import type { Span } from '../core/source-text.ts';
import { groupNameProblem, type Reading, refuse, setGroupVar } from './findings.ts';
import { expandHosts } from './host-range.ts';
import { pythonLiteral } from './python-literal.ts';
import { shellWords, type Word } from './shell-words.ts';
import { jsonValue } from './value.ts';
import type { Place, Value } from './variable.ts';

type Section = { readonly group: string; readonly kind: 'hosts' | 'children' | 'vars' };
/** Groups that are named but not (yet) declared, and where; as in Ansible they become children once they are declared. */
type Pending = Map<string, { readonly span: Span; readonly why: string; readonly parents: string[] }>;

/** Ansible's INI inventory: `[group]`, `[group:children]`, `[group:vars]`, hosts with `key=value` behind them. */
export function readIniInventory(reading: Reading): void {
  const pending: Pending = new Map();
  let section: Section | undefined = { group: 'ungrouped', kind: 'hosts' };
  for (const { line, start } of lines(reading.source.text)) {
    if (/^(\s*$|\s*[#;])/.test(line)) continue;
    if (isSection(line)) section = readSection(line, start, reading, pending);
    else if (section?.kind === 'hosts') readHostLine(line, start, section.group, reading);
    else if (section?.kind === 'vars') readVarLine(line, start, section.group, reading);
    else if (section?.kind === 'children') readChildLine(line, start, section.group, reading, pending);
  }
  for (const { span, why } of pending.values()) refuse(reading, span, why, 'declare the group, or correct its name');
}

const isSection = (line: string): boolean =>
  line.trimStart().startsWith('[') && (line.trimEnd().endsWith(']') || /\]\s*#/.test(line));

function* lines(text: string): Generator<{ line: string; start: number }> {
  for (const match of text.matchAll(/[^\r\n]+/g)) yield { line: match[0], start: match.index };
}

/** Undefined where the section is wrong: its lines are then passed over. */
function readSection(line: string, start: number, reading: Reading, pending: Pending): Section | undefined {
  const span = { start: start + line.indexOf('['), end: start + line.indexOf(']') + 1 };
  const [, group = '', kind = 'hosts'] = /^\s*\[([^:\]\s]+)(?::(\w+))?\]/.exec(line) ?? [];
  const problem = group === '' ? 'this is no section' : groupNameProblem(group);
  if (problem || !isKind(kind)) {
    refuse(
      reading,
      span,
      problem ?? `unknown kind of section ':${kind}'`,
      'write [group], [group:children] or [group:vars]',
    );
    return undefined;
  }
  if (kind !== 'vars') declare(group, reading, pending);
  else if (!reading.builder.groups.has(group) && !pending.has(group)) {
    pending.set(group, { span, why: `variables for the group '${group}', which is declared nowhere`, parents: [] });
  }
  return { group, kind };
}

function declare(group: string, reading: Reading, pending: Pending): void {
  reading.builder.groups.group(group);
  const { parents = [], span } = pending.get(group) ?? {};
  pending.delete(group);
  for (const parent of parents) addChild(parent, group, span, reading);
}

function addChild(parent: string, child: string, span: Span | undefined, reading: Reading): void {
  if (!reading.builder.groups.addChild(parent, child) && span)
    refuse(reading, span, `group '${child}' would be its own ancestor`, 'remove it here');
}

const isKind = (kind: string): kind is Section['kind'] => kind === 'hosts' || kind === 'children' || kind === 'vars';

function readHostLine(line: string, start: number, group: string, reading: Reading): void {
  const split = shellWords(line, { comments: true });
  if ('problem' in split) {
    refuse(reading, { start: start + split.start, end: start + line.length }, split.problem);
    return;
  }
  const [host, ...assignments] = split.words;
  if (!host) return;
  const expanded = expandHosts(host.text);
  if ('problem' in expanded) {
    refuse(
      reading,
      spanOf(host, start),
      expanded.problem,
      host.text.endsWith(':') ? 'is this YAML? name the file .yaml' : undefined,
    );
    return;
  }
  const place = { source: reading.source, start: start + host.start };
  const port: Assignment[] =
    expanded.port === undefined ? [] : [{ name: 'ansible_port', value: jsonValue(expanded.port, place), place }];
  const own = assignments.map((word) => assignment(word, start, reading)).filter((found) => found !== undefined);
  for (const host of expanded.names) {
    reading.builder.addHost(host, group);
    for (const { name, value, place } of [...port, ...own]) reading.builder.setHostVar(host, name, value, place);
  }
}

interface Assignment {
  readonly name: string;
  readonly value: Value;
  readonly place: Place;
}

function assignment(word: Word, start: number, reading: Reading): Assignment | undefined {
  const equals = word.text.indexOf('=');
  if (equals < 1) {
    refuse(reading, spanOf(word, start), `'${word.text}' is no variable`, 'write key=value; one host per line');
    return undefined;
  }
  const place = { source: reading.source, start: start + word.start };
  return { name: word.text.slice(0, equals), value: iniValue(word.text.slice(equals + 1), place), place };
}

/** Not what Ansible's manual says of [group:vars], but what it does: literals there too. */
function readVarLine(line: string, start: number, group: string, reading: Reading): void {
  const equals = line.indexOf('=');
  const name = line.slice(0, equals).trim();
  if (equals < 0 || name === '') {
    refuse(reading, lineSpan(line, start), 'a line without key=value', 'write key=value');
    return;
  }
  const span = lineSpan(line, start);
  const value = iniValue(line.slice(equals + 1).trim(), { source: reading.source, start: span.start });
  setGroupVar(reading, group, name, value, span);
}

function iniValue(text: string, place: Place): Value {
  const literal = pythonLiteral(text);
  return jsonValue(literal === undefined ? text : literal, place);
}

function readChildLine(line: string, start: number, parent: string, reading: Reading, pending: Pending): void {
  const child = childIn(line.trim());
  const problem = child === undefined ? 'this is no group name' : groupNameProblem(child);
  if (child === undefined || problem) {
    refuse(reading, lineSpan(line, start), problem ?? '', 'write one group per line');
    return;
  }
  const span = { start: start + line.indexOf(child), end: start + line.indexOf(child) + child.length };
  if (reading.builder.groups.has(child)) {
    addChild(parent, child, span, reading);
    return;
  }
  const waiting = pending.get(child) ?? { span, why: `the group '${child}' is declared nowhere`, parents: [] };
  pending.set(child, { ...waiting, span, parents: [...waiting.parents, parent] });
}

/** The group that a line names; a # may be a part of it, or begin a comment. */
function childIn(line: string): string | undefined {
  const word = /^[^:\]\s]+/.exec(line)?.[0] ?? '';
  if (/^(?:\s+#|$)/.test(line.slice(word.length))) return word || undefined;
  const comment = word.lastIndexOf('#');
  return comment > 0 ? word.slice(0, comment) : undefined;
}

const spanOf = (word: Word, start: number): Span => ({ start: start + word.start, end: start + word.end });

const lineSpan = (line: string, start: number): Span => ({
  start: start + line.length - line.trimStart().length,
  end: start + line.trimEnd().length,
});
