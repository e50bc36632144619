import type { JsonObject } from '../src/core/json.ts';
import { DRAFT } from './playbook-schema.ts';

/** What an editor checks and completes a YAML inventory by. */
export function inventorySchema(): JsonObject {
  return {
    $schema: DRAFT,
    title: 'unwedge inventory',
    type: ['object', 'null'],
    propertyNames: { not: { enum: ['hosts', 'children', 'vars', 'plugin'] } },
    additionalProperties: { $ref: '#/definitions/group' },
    properties: { all: { $ref: '#/definitions/group', description: 'every host; groups stand below its children' } },
    definitions: { group, hosts, children, variables },
  };
}

const group: JsonObject = {
  type: ['object', 'null'],
  additionalProperties: false,
  properties: {
    hosts: { $ref: '#/definitions/hosts' },
    children: { $ref: '#/definitions/children' },
    vars: { $ref: '#/definitions/variables' },
  },
  description: 'a group of hosts',
};

const hosts: JsonObject = {
  type: ['object', 'string', 'null'],
  additionalProperties: { $ref: '#/definitions/variables' },
  description: 'hosts by name, with their variables; web[01:05] stands for several',
  examples: [{ 'web[01:05].example.com': null, 'db-1': { ansible_host: '192.0.2.17' } }],
};

const children: JsonObject = {
  type: ['object', 'string', 'null'],
  additionalProperties: { $ref: '#/definitions/group' },
  description: 'groups in this group, by name',
};

const text = (description: string, ...examples: string[]): JsonObject => ({
  type: 'string',
  description,
  ...(examples.length > 0 && { examples }),
});

const whole = (description: string, maximum: number, example: number): JsonObject => ({
  anyOf: [
    { type: 'integer', minimum: 1, maximum },
    { type: 'string', pattern: '^[0-9]+$' },
  ],
  description,
  examples: [example],
});

const password: JsonObject = {
  type: ['string', 'object'],
  description: "sudo's password; better taken from where it is kept",
  examples: [{ from: 'command', argv: ['pass', 'show', 'ops/sudo'] }],
};

const refused: JsonObject = { not: {}, description: 'refused: log in with a key or an agent' };
const words = 'further words for ssh, split as a shell would';
const address = text("address; without it the host's name", '192.0.2.17');
const port = whole("port; without it what ssh's configuration says", 65_535, 2222);
const user = text("user to log in as; without it what ssh's configuration says", 'ops');
const key = text('key to log in with; agents work, too', '~/.ssh/ops');
const timeout = whole('seconds in which the host must answer; 10 without it', 86_400, 10);

/** Of a host or a group. Those that unwedge does not know are the playbooks' own. */
const variables: JsonObject = {
  type: ['object', 'null'],
  description: 'variables, by name',
  properties: {
    ansible_host: address,
    ansible_ssh_host: address,
    ansible_port: port,
    ansible_ssh_port: port,
    ansible_user: user,
    ansible_ssh_user: user,
    ansible_ssh_private_key_file: key,
    ansible_private_key_file: key,
    ansible_ssh_args: text(words),
    ansible_ssh_common_args: text(words, '-J jump.example.com'),
    ansible_ssh_extra_args: text(words),
    ansible_timeout: timeout,
    ansible_ssh_timeout: timeout,
    ansible_connection: {
      ...text('how the host is reached', 'local'),
      enum: ['ssh', 'smart', 'ansible.builtin.ssh', 'local', 'ansible.builtin.local'],
    },
    ansible_become: { type: ['boolean', 'string', 'integer'], description: 'become another user by sudo' },
    ansible_become_user: text('whom to become; root without it', 'root'),
    ansible_become_method: { ...text('only sudo'), enum: ['sudo', 'ansible.builtin.sudo'] },
    ansible_become_password: password,
    ansible_become_pass: password,
    ansible_password: refused,
    ansible_ssh_pass: refused,
    ansible_ssh_password: refused,
    ansible_group_priority: {
      type: ['integer', 'string'],
      description: 'which of two groups side by side wins: the higher one',
    },
  },
};

/** The connection variables that the schema knows. */
export const knownVariables: readonly string[] = Object.keys(Object(variables.properties));
