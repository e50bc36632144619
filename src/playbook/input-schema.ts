import type { JsonObject } from '../core/json.ts';

/** The types of inputs, as people write them. */
export const INPUT_TYPES = ['string', 'int', 'number', 'bool', 'list', 'map'] as const;
export type InputType = (typeof INPUT_TYPES)[number];

/** Declarations of inputs: name → type and so on. */
export const inputsSchema: JsonObject = {
  type: ['object', 'null'],
  additionalProperties: {
    type: 'object',
    required: ['type'],
    additionalProperties: false,
    properties: {
      type: { type: 'string', enum: [...INPUT_TYPES], description: 'what kind of value it is', examples: ['string'] },
      default: { description: 'its value where none is given; without it one must be given' },
      enum: { type: 'array', minItems: 1, description: 'the values that are allowed' },
      pattern: {
        type: 'string',
        description: 'a regular expression that all of the text must match',
        examples: ['[a-z]+'],
      },
      description: { type: 'string', description: 'what it is for' },
    },
  },
};
