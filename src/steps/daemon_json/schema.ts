import type { JsonObject } from '../../core/json.ts';
import { DAEMON_JSON } from '../../docker/dockerd.ts';

/** The arguments of the step. */
export const daemonJsonSchema: JsonObject = {
  type: 'object',
  additionalProperties: false,
  required: ['merge'],
  properties: {
    path: {
      type: 'string',
      pattern: '^/[^\\n]*[^/\\n]$',
      default: DAEMON_JSON,
      description: 'The file that dockerd reads.',
    },
    merge: {
      type: 'object',
      minProperties: 1,
      description: 'Option → value. Objects are merged by their keys, `null` takes a key out, all else replaces.',
      examples: [{ 'log-opts': { 'max-size': '10m' } }],
    },
  },
  examples: [{ merge: { 'live-restore': true } }],
};
