import type { JsonObject } from '../../core/json.ts';

const value: JsonObject = { type: ['string', 'number', 'boolean'] };

/** The arguments of the step. */
export const dropinSchema: JsonObject = {
  type: 'object',
  additionalProperties: false,
  required: ['unit', 'settings'],
  properties: {
    unit: {
      type: 'string',
      pattern: '^[A-Za-z0-9:_.@-]+\\.(service|socket|mount|timer|path|slice|target)$',
      description: 'The unit with its suffix.',
      examples: ['docker.service'],
    },
    name: {
      type: 'string',
      pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]*$',
      default: '10-unwedge',
      description: 'File name without .conf; systemd reads drop-ins in the order of their names.',
    },
    settings: {
      type: 'object',
      minProperties: 1,
      description: 'Section → setting → value, or a list of values (an empty string first resets a list).',
      examples: [{ Service: { MountFlags: 'slave' } }],
      propertyNames: { pattern: '^[A-Z][A-Za-z-]*$' },
      additionalProperties: {
        type: 'object',
        minProperties: 1,
        propertyNames: { pattern: '^[A-Z][A-Za-z0-9]*$' },
        additionalProperties: { anyOf: [value, { type: 'array', minItems: 1, items: value }] },
      },
    },
  },
  examples: [
    {
      unit: 'docker.service',
      settings: { Service: { MountFlags: 'slave' } },
    },
  ],
};
