import type { JsonObject } from '../core/json.ts';
import { onFailureSchema, rolloutSchema, serialSchema } from './rollout-schema.ts';

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
    serial: serialSchema,
    on_failure: onFailureSchema,
    rollout: rolloutSchema,
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
