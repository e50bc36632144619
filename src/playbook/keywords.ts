import type { JsonObject } from '../core/json.ts';

const onFailure: JsonObject = {
  type: 'string',
  enum: ['rollback', 'stop', 'continue'],
  description: 'what a failed host means: undo its changes and stop; stop after its batch; go on with the others',
};
const serial: JsonObject = {
  type: 'integer',
  minimum: 1,
  description: 'hosts per batch; all at once without it',
  examples: [1, 10],
};
const words: JsonObject = { type: 'string', minLength: 1, pattern: '\\S' };

/** A play's keys. */
export const playSchema: JsonObject = {
  type: 'object',
  required: ['hosts', 'steps'],
  additionalProperties: false,
  properties: {
    name: { ...words, description: 'what the play is for' },
    hosts: { ...words, description: 'a host pattern', examples: ['all', 'docker:!staging'] },
    vars: { type: ['object', 'null'], description: 'variables for expressions, by name' },
    serial,
    on_failure: onFailure,
    rollout: { type: 'object', additionalProperties: false, properties: { serial, on_failure: onFailure } },
    steps: { type: 'array', minItems: 1, description: 'what to do, in order' },
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
    when: { type: ['string', 'boolean'], description: 'an expression; the step is skipped where it is false' },
    register: { ...words, description: "a name for the step's result", examples: ['found'] },
    notify: {
      type: ['string', 'array'],
      items: { type: 'string' },
      description: 'handlers to run if the step changes something',
    },
    timeout: { type: ['string', 'number'], description: 'how long the step may take', examples: ['90s', '5m'] },
  },
};

export const STEP_KEYWORDS: readonly string[] = ['name', 'when', 'register', 'notify', 'timeout'];
