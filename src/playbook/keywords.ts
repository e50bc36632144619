import type { JsonObject } from '../core/json.ts';
import { inputsSchema } from './input-schema.ts';
import { limitsSchema } from './limits.ts';
import { onFailureSchema, rolloutSchema, serialSchema } from './rollout-schema.ts';

const words: JsonObject = { type: 'string', minLength: 1, pattern: '\\S' };
const steps = (description: string): JsonObject => ({ type: 'array', minItems: 1, description });
const time = (description: string, ...examples: string[]): JsonObject => ({
  type: ['string', 'number'],
  description,
  examples,
});
const when: JsonObject = {
  type: ['string', 'boolean'],
  description: 'an expression; skipped where it is false',
};
const tags: JsonObject = {
  type: ['string', 'array'],
  items: { type: 'string' },
  description: 'words by which --tags and --skip-tags choose',
  examples: ['config', ['config', 'never']],
};
const become: JsonObject = {
  type: 'boolean',
  description: 'true: as root (or --become-user); false: as the user who logs in',
};

/** A play's keys. */
export const playSchema: JsonObject = {
  type: 'object',
  required: ['hosts', 'steps'],
  additionalProperties: false,
  properties: {
    name: { ...words, description: 'what the play is for' },
    hosts: { ...words, description: 'a host pattern', examples: ['all', 'docker:!staging'] },
    inputs: { ...inputsSchema, description: 'what -e may or must give, by name' },
    vars: { type: ['object', 'null'], description: 'variables for expressions, by name' },
    plugins: {
      type: ['array', 'null'],
      items: words,
      description: 'modules with step types of your own, beside the playbook',
      examples: [['./steps/drain.js']],
    },
    become,
    tags,
    serial: serialSchema,
    on_failure: onFailureSchema,
    rollout: rolloutSchema,
    limits: limitsSchema,
    steps: steps('what to do, in order'),
    handlers: {
      type: ['array', 'null'],
      description: 'steps that run at the end if a step that notifies them changed something',
    },
  },
};

/** A step's keys beside its step type. */
export const stepSchema: JsonObject = {
  type: 'object',
  properties: {
    name: { ...words, description: 'what the step is for' },
    when,
    loop: {
      type: ['array', 'string'],
      description: 'a list, or an expression that gives one; the step is done for each `item`',
    },
    register: { ...words, description: "a name for the step's result", examples: ['found'] },
    until: { type: ['string', 'boolean'], description: 'an expression; the step is tried again until it is true' },
    retries: {
      type: 'integer',
      minimum: 1,
      maximum: 10_000,
      description: 'how often it is tried again',
      examples: [5],
    },
    delay: time('how long to wait before it is tried again', '10s', '1m'),
    timeout: time('how long the step may take', '90s', '5m'),
    notify: {
      type: ['string', 'array'],
      items: { type: 'string' },
      description: 'handlers to run if the step changes something',
    },
    tags,
    become,
    ignore_errors: { type: 'boolean', description: 'true: a host on which it fails goes on' },
    run_once: { type: 'boolean', description: 'true: the first host of each batch does it, for all of them' },
  },
};

/** A block's keys. */
export const blockSchema: JsonObject = {
  type: 'object',
  required: ['block'],
  additionalProperties: false,
  properties: {
    name: { ...words, description: 'what the block is for' },
    when,
    block: steps('steps that stand and fall together'),
    rescue: steps('steps for a host on which one of the block has failed'),
    always: steps('steps that follow in any case'),
    tags,
    become,
  },
};

/** The keys of a step that takes in a file of steps. */
export const includeSchema: JsonObject = {
  type: 'object',
  required: ['include'],
  additionalProperties: false,
  properties: {
    name: { ...words, description: 'what the steps are for' },
    when,
    include: { ...words, description: 'a file of steps, beside this one', examples: ['steps/restart-agent.yaml'] },
    inputs: { type: ['object', 'null'], description: "values for the file's inputs, by name" },
    tags,
    become,
  },
};

/** A file of steps that has inputs. */
export const includedFileSchema: JsonObject = {
  type: 'object',
  required: ['steps'],
  additionalProperties: false,
  properties: {
    inputs: { ...inputsSchema, description: 'what an include may or must give, by name' },
    steps: steps('what to do, in order'),
  },
};

/** All that must be compiled before a playbook can be checked. */
export const languageSchemas: readonly JsonObject[] = [
  playSchema,
  stepSchema,
  blockSchema,
  includeSchema,
  includedFileSchema,
];

export const STEP_KEYWORDS: readonly string[] = Object.keys(Object(stepSchema.properties));

/** Every key of an entry; no step type may have such a name. */
export const TASK_KEYS: readonly string[] = [stepSchema, blockSchema, includeSchema].flatMap(({ properties }) =>
  Object.keys(Object(properties)),
);
