import { extname } from 'node:path';
import type { Span } from '../core/source-text.ts';
import { didYouMean } from '../core/suggestion.ts';
import type { YamlEntry, YamlMap, YamlNode } from '../core/yaml-node.ts';
import { groupNameProblem, type Reading, refuse, setGroupVar } from './findings.ts';
import { expandHosts } from './host-range.ts';
import { yamlValue } from './value.ts';
import type { Value } from './variable.ts';

const KEYS = ['hosts', 'children', 'vars'];
const IS_INI = 'if this is INI, name the file .ini';

/** Ansible's YAML inventory: groups at the top, each with hosts, children and vars. */
export function readYamlInventory(root: YamlNode, reading: Reading): void {
  const todo = root.kind === 'scalar' ? IS_INI : 'begin with `all:`, then `hosts:` below';
  const groups = mapOf(root, 'an inventory', todo, reading);
  const plugin = groups.find((entry) => entry.key === 'plugin');
  if (plugin) {
    refuse(reading, plugin.keySpan, 'inventory plugins are not supported', 'write the hosts into the file');
    return;
  }
  for (const entry of groups) {
    if (KEYS.includes(entry.key))
      refuse(reading, entry.keySpan, `'${entry.key}' at the top is no group`, `put it below a group: \`all:\``);
    else readGroup(entry, reading);
  }
}

function readGroup(group: YamlEntry, reading: Reading): void {
  const problem = groupNameProblem(group.key);
  if (problem) {
    refuse(reading, group.keySpan, problem, extname(reading.source.file) ? 'use letters, digits, _ and -' : IS_INI);
    return;
  }
  reading.builder.groups.group(group.key);
  for (const entry of mapOf(
    group.value,
    `group '${group.key}'`,
    'write `hosts:`, `children:` or `vars:` below it',
    reading,
  )) {
    if (entry.key === 'hosts') readHosts(group.key, entry, reading);
    else if (entry.key === 'children') readChildren(group.key, entry, reading);
    else if (entry.key === 'vars')
      readVars(entry, `group '${group.key}'`, reading, (name, value, span) =>
        setGroupVar(reading, group.key, name, value, span),
      );
    else
      refuse(reading, entry.keySpan, `unknown key '${entry.key}' in group '${group.key}'`, didYouMean(entry.key, KEYS));
  }
}

function readHosts(group: string, hosts: YamlEntry, reading: Reading): void {
  for (const host of namesOf(
    hosts.value,
    `'hosts' of group '${group}'`,
    'write each host as a key: `web1:`',
    reading,
  )) {
    const expanded = expandHosts(host.key);
    if ('problem' in expanded) {
      refuse(reading, host.keySpan, expanded.problem);
      continue;
    }
    const { names, port } = expanded;
    const set = (key: string, value: Value, { start }: Span) => {
      for (const name of names) reading.builder.setHostVar(name, key, value, { source: reading.source, start });
    };
    for (const name of names) reading.builder.addHost(name, group);
    if (port !== undefined) set('ansible_port', { json: port, secrets: [] }, host.keySpan);
    readVars(host, `host '${host.key}'`, reading, set);
  }
}

function readChildren(parent: string, children: YamlEntry, reading: Reading): void {
  for (const child of namesOf(
    children.value,
    `'children' of group '${parent}'`,
    'write each group as a key: `web:`',
    reading,
  )) {
    if (!groupNameProblem(child.key) && !reading.builder.groups.addChild(parent, child.key)) {
      refuse(reading, child.keySpan, `group '${child.key}' would be its own ancestor`, 'remove it here');
    }
    readGroup(child, reading);
  }
}

/** The entries of a map of variables. */
export function readVars(
  entry: { readonly value: YamlNode },
  owner: string,
  reading: Reading,
  set: (name: string, value: Value, span: Span) => void,
): void {
  for (const { key, keySpan, value } of mapOf(
    entry.value,
    `the variables of ${owner}`,
    'write each as `name: value`',
    reading,
  ))
    set(key, yamlValue(value, reading), keySpan);
}

/** Hosts or children; one name alone will do, as in Ansible. */
function namesOf(node: YamlNode, what: string, todo: string, reading: Reading): YamlMap['entries'] {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return mapOf(node, what, todo, reading);
  const value = { ...node, value: null, text: '' };
  return [{ key: node.value, keySpan: node.span, value }];
}

/** The entries of a map; none where it is left empty. */
function mapOf(node: YamlNode, what: string, todo: string, reading: Reading): YamlMap['entries'] {
  if (node.kind === 'map') return node.entries;
  if (node.kind !== 'scalar' || node.value !== null) refuse(reading, node.span, `${what} must be a map`, todo);
  return [];
}
