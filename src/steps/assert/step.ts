import { defineStep } from '../../core/step-type.ts';

interface Args {
  readonly that: boolean;
  readonly message: string;
  readonly todo: string;
}

/** Fails the host where an expression is false. Asks the host nothing. */
export const assert = defineStep<Args, null, never>({
  name: 'assert',
  description: 'Fails the host, with a message, where an expression over variables and registers is false.',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['that'],
    properties: {
      that: {
        type: 'string',
        format: 'cel',
        description: 'An expression that must be true.',
        examples: ['found.dead == 0'],
      },
      message: {
        type: 'string',
        default: 'the assertion does not hold',
        description: 'What to tell people if it is false.',
      },
      todo: {
        type: 'string',
        default: 'see what the steps before it say of this host',
        description: 'What people should do then.',
      },
    },
    examples: [{ that: 'found.dead == 0', message: '{{ found.summary }}' }],
  },
  output: {},
  onlyLooks: true,
  deadline: 10,
  probe: () => Promise.resolve(null),
  plan({ that, message, todo }) {
    if (that === true) return { changes: [] };
    return {
      changes: [],
      refusal: { reason: message, todo },
    };
  },
  apply: () => Promise.reject(new Error('assert plans no change')),
  undo: { kind: 'irreversible', reason: 'an assertion changes nothing' },
});
