import type { JsonObject } from '../core/json.ts';
import { ON_FAILURE } from '../core/rollout.ts';

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const time = (description: string, example: string): JsonObject => ({
  type: 'string',
  description,
  examples: [example],
});

const window: JsonObject = {
  type: 'object',
  required: ['start', 'end', 'time_zone'],
  additionalProperties: false,
  description: 'when batches may begin; one that has begun is finished',
  examples: [{ start: '22:00', end: '04:00', time_zone: 'Europe/Berlin' }],
  properties: {
    start: time('time of the day from which batches may begin', '22:00'),
    end: time('time of the day from which they may not; up to the start: on the next day', '04:00'),
    time_zone: time('IANA name of the zone', 'Europe/Berlin'),
    days: {
      type: 'array',
      minItems: 1,
      items: { type: 'string', enum: DAYS },
      description: 'days on which it starts; all without it',
      examples: [['sat', 'sun']],
    },
  },
};

export const serialSchema: JsonObject = {
  type: ['integer', 'string', 'array'],
  minimum: 1,
  minItems: 1,
  items: { type: ['integer', 'string'], minimum: 1 },
  description:
    'hosts per batch, as a number or in percent; a list gives the batches one by one, its last repeats; all at once without it',
  examples: [1, '10%', [1, '10%', '100%']],
};

export const onFailureSchema: JsonObject = {
  type: 'string',
  enum: ON_FAILURE,
  description: 'what failures mean for what was changed, and for the hosts that follow',
};

const atLeast = (minimum: number, description: string): JsonObject => ({ type: 'integer', minimum, description });

/** The keys below a play's `rollout`. */
export const rolloutSchema: JsonObject = {
  type: 'object',
  additionalProperties: false,
  description: 'how the hosts are taken',
  properties: {
    serial: serialSchema,
    forks: atLeast(1, 'hosts at work at the same time, if fewer than --forks'),
    max_failures: {
      type: ['integer', 'string'],
      minimum: 1,
      description: 'failed hosts of the whole run, as a number or in percent, at which the rollout stops',
      examples: ['5%'],
    },
    on_failure: onFailureSchema,
    health: { type: 'array', minItems: 1, description: 'steps that only look and must be ok after each batch' },
    soak: { type: ['string', 'number'], description: 'how long to wait after each batch', examples: ['5m'] },
    spread_by: { type: 'string', minLength: 1, description: 'a variable such as rack or zone', examples: ['rack'] },
    max_per_domain: atLeast(1, 'hosts with the same value of spread_by at work at once; 1 without it'),
    max_hosts: atLeast(1, 'a play that selects more hosts is refused'),
    max_containers_stopped: atLeast(0, 'a batch that would stop more running containers is not begun'),
    window,
    confirm: {
      type: 'string',
      enum: ['canary'],
      description: 'wait after the first batch for `unwedge resume RUN`',
    },
    confirm_within: {
      type: ['string', 'number'],
      description: 'how long after a change a host waits to be confirmed before it takes the run back itself',
      examples: ['2m'],
    },
  },
};

/** A day's number, 0 = Sunday. */
export const dayNumber = (name: string): number => DAYS.indexOf(name);
export const EVERY_DAY: readonly number[] = DAYS.map((_, day) => day);
