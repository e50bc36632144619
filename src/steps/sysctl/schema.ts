import type { JsonObject } from '../../core/json.ts';

/** The arguments of the step. */
export const sysctlSchema: JsonObject = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'value'],
  properties: {
    name: {
      type: 'string',
      // No two separators in a row: there is no way out of /proc/sys.
      pattern: '^[A-Za-z0-9_-]+([./][A-Za-z0-9_-]+)+$',
      description: 'Its name as sysctl has it.',
      examples: ['fs.may_detach_mounts', 'net.ipv4.conf.eth0/100.forwarding'],
    },
    value: {
      type: ['string', 'integer'],
      pattern: '^[^\\n]*\\S[^\\n]*$',
      description: 'What it is to be; several numbers in one string.',
      examples: [1],
    },
    persist: {
      type: 'boolean',
      default: true,
      description: 'For every boot, too: in a file of its own below /etc/sysctl.d, where no other file sets it so.',
    },
    missing: {
      type: 'string',
      enum: ['fail', 'ignore'],
      default: 'fail',
      description:
        'What a kernel that has no such setting means; with `ignore` the host is ok, and nothing is written.',
    },
  },
  examples: [{ name: 'fs.may_detach_mounts', value: 1, missing: 'ignore' }],
};
