import { parseDuration } from '../core/duration.ts';
import type { JsonObject } from '../core/json.ts';
import { type Limits, NO_LIMITS } from '../core/limits.ts';
import type { Times } from '../core/times.ts';
import { entryOf, toJson, type YamlMap, type YamlNode } from '../core/yaml-node.ts';
import type { Report } from './place.ts';
import { readAmount } from './rollout.ts';

/** The keys below a play's `limits`. */
export const limitsSchema: JsonObject = {
  type: 'object',
  minProperties: 1,
  additionalProperties: false,
  description: 'what holds over many runs: when a host, or the whole fleet, is left alone',
  properties: {
    max_times_per_host: {
      type: 'string',
      description: 'a host that needs changes of this play more often is flapping and left alone',
      examples: ['3 in 24h'],
    },
    max_wedged_hosts: {
      type: ['integer', 'string'],
      minimum: 1,
      description: 'where more hosts have critical findings at once, nothing is touched; a number or a percentage',
      examples: ['30%'],
    },
  },
};

/** Times are kept for so long. */
const LONGEST = 31 * 24 * 3600;

/** A play's `limits`. What is no value of its type was reported with the play's schema; the rest is reported here. */
export function readLimits(play: YamlMap, report: Report): Limits {
  const limits = entryOf(play, 'limits')?.value;
  if (limits === undefined) return NO_LIMITS;
  return {
    timesPerHost: readTimes(entryOf(limits, 'max_times_per_host')?.value, report),
    wedgedHosts: readAmount(entryOf(limits, 'max_wedged_hosts')?.value, report),
  };
}

/** `3 in 24h`. */
function readTimes(node: YamlNode | undefined, report: Report): Times | undefined {
  const value = node && toJson(node);
  if (node === undefined || typeof value !== 'string') return undefined;
  const [, most = '0', time = ''] = /^([1-9]\d{0,2}) +in +(\S+)$/.exec(value.trim()) ?? [];
  const within = parseDuration(time);
  if (Number(most) > 0 && within !== undefined && within <= LONGEST) return { most: Number(most), within };
  const todo = 'write how often in what time, for example 3 in 24h; the time is at most 744h';
  report.error('bad-value', node.span, `'${value}' is no number of times`, todo);
  return undefined;
}
