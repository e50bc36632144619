import type { JsonObject } from '../core/json.ts';

const text = (description: string): JsonObject => ({ type: 'string', description });
const hash = (description: string): JsonObject => ({ type: 'string', pattern: '^[0-9a-f]{64}$', description });
const list = (items: JsonObject, description: string): JsonObject => ({ type: 'array', items, description });
const whole = (description: string): JsonObject => ({ type: 'integer', minimum: 0, description });
const words = (description: string): JsonObject => list({ type: 'string' }, description);

function object(description: string, required: JsonObject, optional: JsonObject = {}): JsonObject {
  return {
    type: 'object',
    additionalProperties: false,
    required: Object.keys(required),
    properties: { ...required, ...optional },
    description,
  };
}

const file = object('A file, and what was in it.', {
  file: text('Its path, from cwd.'),
  sha256: hash('SHA-256 of its text, of a playbook also of all that it includes.'),
});

const flags: JsonObject = {
  type: 'object',
  required: ['inventory', 'tags', 'skipTags', 'extraVars', 'forks', 'timeout'],
  properties: {
    ...{ inventory: words('-i'), tags: words('-t'), skipTags: words('--skip-tags'), extraVars: words('-e') },
    forks: { type: 'integer', minimum: 1, description: '-f' },
    timeout: { type: 'integer', minimum: 1, description: '-T, in seconds' },
    limit: text('-l'),
  },
  additionalProperties: { type: ['string', 'number', 'boolean', 'array'] },
  description: 'The flags of the dry run, by their long names in camel case.',
};

const call = object(
  'How the dry run was called: a run by this plan is called the same.',
  {
    cwd: text('The folder from which paths were given.'),
    playbooks: { ...list(file, 'In the order in which they run.'), minItems: 1 },
    inventorySha256: hash('Of what inventory, limit and extra variables say about the hosts.'),
    flags,
  },
  { plugins: words('Absolute paths of the modules whose step types the playbooks use.') },
);

const anything: JsonObject = { description: 'Any JSON: what it is depends on the step type.' };

const change = object(
  'One intended mutation of one host.',
  {
    resource: text('What is changed.'),
    summary: text('What will be done, in one line.'),
    before: anything,
    after: anything,
    risk: { enum: ['none', 'container-restart', 'daemon-restart', 'reboot', 'data-loss'], description: 'At worst.' },
  },
  {
    gone: words('Further resources of which it leaves nothing.'),
    stops: {
      anyOf: [{ type: 'integer', minimum: 0 }, { const: 'unknown' }],
      description: 'How many running containers it stops.',
    },
    may: { type: 'boolean', description: 'Only a run will know whether it is made.' },
    diff: object('A file as it is and as it will be.', {
      path: text('Of the file.'),
      before: text('Its text.'),
      after: text('Its text.'),
    }),
  },
);

const step = object('A step with something to change.', {
  play: whole('The place of its play among those of all playbooks, from 0.'),
  step: text('Its name.'),
  changes: { ...list(change, 'In the order in which they are made.'), minItems: 1 },
});

const machine = object(
  'Which machine it was: no other one is changed.',
  {},
  {
    id: { type: 'string', pattern: '^[0-9a-f]{32}$', description: 'Its machine-id.' },
    boot: { type: 'string', pattern: '^[0-9a-f-]{36}$', description: "Its kernel's boot id." },
    hostKey: { type: 'string', pattern: '^SHA256:[A-Za-z0-9+/]{43}$', description: 'Fingerprint of its ssh host key.' },
  },
);

const host = object(
  'What may be changed on a host; no steps: nothing.',
  { host: text('Its name in the inventory.'), steps: list(step, 'In the order in which they are taken.') },
  { machine },
);

const leftOut = object(
  'A host that is not part of the plan.',
  { host: text('Its name in the inventory.'), status: text('What it came to in the dry run.') },
  { reason: object('Why.', { message: text('For people.') }, { todo: text('What to do about it.') }) },
);

/** JSON Schema of core/saved-plan.ts, version 1. */
export const planSchema: JsonObject = {
  title: 'unwedge plan',
  ...object('A dry run, saved so that exactly its changes can be approved and made later: unwedge run --plan FILE.', {
    version: { const: 1, description: 'Of this format.' },
    run: text("The dry run's id."),
    madeAt: text('When it began, ISO 8601 UTC.'),
    unwedge: text('The version of unwedge that has made it; another one makes its own.'),
    call,
    hosts: list(host, "In the plays' order."),
    leftOut: list(leftOut, 'Hosts of the plays of which it is not known what a run would do.'),
  }),
};
