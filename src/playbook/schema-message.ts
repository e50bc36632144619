import type { ErrorObject } from 'ajv';
import type { Rule } from '../core/rule.ts';
import { didYouMean, suggestion } from '../core/suggestion.ts';

export interface Message {
  readonly rule: Rule;
  readonly message: string;
  readonly todo?: string | undefined;
}

/** A schema error in words for people. `path` begins with the name of the whole value. */
export function schemaMessage(error: ErrorObject, path: readonly (string | number)[]): Message {
  const subject = subjectOf(path);
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(String(error.params.additionalProperty), nameOf(path), propertiesOf(error.parentSchema));
    case 'required':
      return {
        rule: 'missing-key',
        message: `${nameOf(path)} needs '${error.params.missingProperty}'`,
        todo: describe(error),
      };
    case 'type':
      return {
        rule: 'wrong-type',
        message: `${subject} must be ${typeNames(error.schema)}, not ${typeName(error.data)}`,
        todo: typeAdvice(error),
      };
    case 'enum':
      return oneOf(subject, error.data, Array.isArray(error.schema) ? error.schema.map(String) : []);
    case 'anyOf':
    case 'oneOf':
      return {
        rule: 'wrong-type',
        message: `${subject} must be ${alternatives(error.schema)}, not ${typeName(error.data)}`,
      };
    case 'propertyNames':
      return {
        rule: 'bad-value',
        message: `'${error.params.propertyName}' can't be a key of ${nameOf(path)}`,
        todo: example(error),
      };
    case 'minLength':
    case 'minItems':
    case 'minProperties':
      return { rule: 'bad-value', message: `${subject} must not be empty`, todo: example(error) };
    case 'pattern':
      return {
        rule: 'bad-value',
        message: `${quoted(error.data)} can't be ${subject}; it must match ${String(error.schema)}`,
        todo: example(error),
      };
    case 'minimum':
    case 'exclusiveMinimum':
      return {
        rule: 'bad-value',
        message: `${subject} must be ${error.keyword === 'minimum' ? 'at least' : 'more than'} ${String(error.schema)}`,
        todo: example(error),
      };
    default:
      return { rule: 'bad-value', message: `${subject} ${error.message ?? 'is not valid'}`, todo: example(error) };
  }
}

/** `umount.namespaces`; `the play` alone, `play.rollout` below it. */
const nameOf = (path: readonly (string | number)[]): string =>
  path.length === 1 ? String(path[0]) : path.join('.').replace(/^the /, '');

function subjectOf(path: readonly (string | number)[]): string {
  const last = String(path[path.length - 1]);
  if (path.length === 1) return last;
  const owner = nameOf(path.slice(0, -1));
  return /^\d+$/.test(last) ? `item ${Number(last) + 1} of ${owner}` : `'${last}' of ${owner}`;
}

/** Words for keys that people bring from Ansible. */
const ANSIBLE: Readonly<Record<string, string>> = {
  tasks: "here they are 'steps'",
  pre_tasks: "put them first in 'steps'",
  post_tasks: "put them last in 'steps'",
  roles: 'there are no roles; write the steps',
  become_user: 'run with --become-user, or set ansible_become_user in the inventory',
  gather_facts: 'leave it out: no facts are gathered',
  with_items: "write 'loop'",
  with_list: "write 'loop'",
  loop_control: "the item is always 'item'",
  include_tasks: "write 'include': a file of steps",
  import_tasks: "write 'include': a file of steps",
  failed_when: 'write an assert step that reads the register',
  changed_when: "a step changes what its second look shows; for command write 'check'",
  delegate_to: 'not supported; give the other host a play of its own',
  any_errors_fatal: "write 'on_failure: stop'",
  max_fail_percentage: 'write rollout: { max_failures: 5% }; reached means stop, over the whole run',
  shell: "write command: { run: '…' }",
  import_playbook: 'name the playbooks one after the other on the command line',
};

export function unknownKey(key: string, owner: string, known: readonly string[]): Message {
  const todo = (Object.hasOwn(ANSIBLE, key) ? ANSIBLE[key] : undefined) ?? didYouMean(key, known);
  return { rule: 'unknown-key', message: `unknown key '${key}' in ${owner}`, todo };
}

function propertiesOf(schema: unknown): string[] {
  const properties = field(schema, 'properties');
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
}

const field = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && key in value ? Reflect.get(value, key) : undefined;

function oneOf(subject: string, value: unknown, accepted: readonly string[]): Message {
  const near = typeof value === 'string' ? nearest(value, accepted) : undefined;
  const todo = near && `did you mean '${near}'?`;
  return {
    rule: 'bad-value',
    message: `${subject} must be one of ${accepted.join(', ')}; ${quoted(value)} is none of them`,
    todo,
  };
}

/** The word that is meant, or the first of those whose first part is: `rollback` for `rollback_host`. */
function nearest(value: string, accepted: readonly string[]): string | undefined {
  const firstPart = (word: string): string => word.split('_')[0] ?? word;
  const near = suggestion(value, accepted);
  const begun = near ?? suggestion(value, accepted.map(firstPart));
  return near ?? accepted.find((word) => firstPart(word) === begun);
}

/** Explains a missing key by its description in the schema. */
function describe(error: ErrorObject): string | undefined {
  const schema = field(field(error.parentSchema, 'properties'), String(error.params.missingProperty));
  const text = field(schema, 'description');
  return typeof text === 'string' ? `${error.params.missingProperty}: ${text}` : undefined;
}

function example(error: ErrorObject): string | undefined {
  const examples = field(error.parentSchema, 'examples');
  return Array.isArray(examples) && examples.length > 0 ? `for example ${JSON.stringify(examples[0])}` : undefined;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  null: 'empty',
};

export const typeNames = (types: unknown): string =>
  (Array.isArray(types) ? types : [types]).map((type) => TYPES[String(type)] ?? String(type)).join(' or ');

const alternatives = (branches: unknown): string =>
  Array.isArray(branches)
    ? [...new Set(branches.map((b) => typeNames(field(b, 'type') ?? 'another value')))].join(' or ')
    : '';

/** A user's value in a message; never its own conversion to text, which a key named `toString` could replace. */
export function typeName(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  return typeof value === 'string'
    ? `the string '${value.length > 40 ? `${value.slice(0, 40)}…` : value}'`
    : `${String(value)}`;
}

const quoted = (value: unknown): string => typeName(value).replace(/^the string /, '');

/** `yes` and `"5"` are strings in YAML 1.2, `5` is none. */
function typeAdvice(error: ErrorObject): string | undefined {
  const types = Array.isArray(error.schema) ? error.schema : [error.schema];
  const { data } = error;
  if (types.includes('boolean') && typeof data === 'string') {
    if (/^(yes|on|y)$/i.test(data)) return 'write true';
    if (/^(no|off|n)$/i.test(data)) return 'write false';
  }
  if (types.length === 1 && types[0] === 'string' && (typeof data === 'number' || typeof data === 'boolean'))
    return `put it in quotes: "${data}"`;
  if (types.includes('integer') && typeof data === 'string' && /^-?\d+$/.test(data))
    return `leave the quotes out: ${data}`;
  return example(error);
}
