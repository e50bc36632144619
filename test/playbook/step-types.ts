import type { JsonObject } from '../../src/core/json.ts';
import { type AnyStepType, defineStep, type OutputType } from '../../src/core/step-type.ts';

/** Step types with real schemas and outputs that do nothing: what the language's tests need. */
function stepType(
  name: string,
  schema: JsonObject,
  output: Record<string, OutputType> = {},
  more: Partial<AnyStepType> = {},
): AnyStepType {
  return defineStep({
    name,
    description: `the ${name} of the tests`,
    schema: { type: 'object', additionalProperties: false, ...schema },
    output,
    deadline: 60,
    probe: () => Promise.resolve(null),
    plan: () => ({ changes: [] }),
    apply: () => Promise.resolve(),
    undo: { kind: 'irreversible', reason: 'a test' },
    ...more,
  });
}

export const stepTypes: readonly AnyStepType[] = [
  stepType(
    'scan',
    { properties: {} },
    { dead: 'int', busy: 'bool', driver: 'string', ids: 'list<string>', more: 'dyn' },
    { onlyLooks: true },
  ),
  stepType('umount', {
    properties: {
      namespaces: { type: 'array', minItems: 1, items: { enum: ['host', 'dockerd', 'holders'] }, default: ['host'] },
      lazy: { type: 'boolean', default: false },
    },
  }),
  stepType(
    'assert',
    {
      required: ['that'],
      properties: {
        that: {
          description: 'what must hold',
          anyOf: [
            { type: 'string', format: 'cel' },
            { type: 'array', items: { type: 'string', format: 'cel' } },
          ],
        },
        message: { type: 'string' },
      },
    },
    {},
    { onlyLooks: true },
  ),
  stepType(
    'command',
    {
      required: ['run'],
      properties: {
        run: { type: 'string', 'x-program': true, description: 'what the shell runs', examples: ['true'] },
        undo: { type: 'string' },
        check: { type: 'string' },
        args: { type: 'array', items: { type: 'string' }, default: [] },
      },
    },
    { needed: 'bool', stdout: 'string' },
    {
      filledBy: { stdout: 'check' },
      undo: {
        kind: 'reverse',
        argument: 'undo',
        call: () => {
          throw new Error('nothing to undo');
        },
      },
    },
  ),
  stepType('restart', {
    required: ['unit'],
    properties: {
      unit: { type: 'string', pattern: '^[a-z.]+$' },
      wait: { type: 'integer', minimum: 1 },
      pause: { type: 'string', format: 'cel', 'x-type': 'int' },
      labels: { type: 'object', propertyNames: { pattern: '^[a-z]+$' }, additionalProperties: { type: 'string' } },
    },
  }),
  {
    ...stepType('reboot', { properties: { together: { type: 'boolean', default: false } } }),
    absence: { together: 'together', within: () => 60, missing: () => Promise.resolve(undefined) },
  },
];
