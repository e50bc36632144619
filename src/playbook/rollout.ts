import { parseDuration } from '../core/duration.ts';
import { type Amount, ON_FAILURE, type OnFailure, PLAIN_ROLLOUT, type Rollout, type Spread } from '../core/rollout.ts';
import { entryOf, toJson, type YamlEntry, type YamlMap, type YamlNode } from '../core/yaml-node.ts';
import type { Report } from './place.ts';
import { readWindow } from './rollout-window.ts';

/** A play's `rollout`. What is no value of its type was reported with the play's schema; the rest is reported here. */
export function readRollout(play: YamlMap, report: Report): Rollout {
  const entry = (key: string): YamlEntry | undefined => entryOf(entryOf(play, 'rollout')?.value, key);
  const serial = readSerial(either(play, 'serial', report), report);
  checkTogether(entry, serial, report);
  return {
    serial,
    forks: numberIn(entry('forks')),
    maxFailures: readAmount(entry('max_failures')?.value, report),
    onFailure: onFailureOf(either(play, 'on_failure', report)),
    soak: readTime(entry('soak')?.value, report) ?? PLAIN_ROLLOUT.soak,
    spread: readSpread(entry('spread_by'), entry('max_per_domain')),
    maxHosts: numberIn(entry('max_hosts')),
    maxContainersStopped: numberIn(entry('max_containers_stopped')),
    window: readWindow(entry('window')?.value, report),
    confirm: entry('confirm') ? 'canary' : undefined,
    confirmWithin: readTime(entry('confirm_within')?.value, report),
  };
}

/** `rollout: {serial, on_failure}` says the same as the two keys alone. */
function either(play: YamlMap, key: string, report: Report): YamlNode | undefined {
  const inRollout = entryOf(entryOf(play, 'rollout')?.value, key);
  const alone = entryOf(play, key);
  if (inRollout && alone)
    report.error(
      'rollout-conflict',
      inRollout.keySpan,
      `'${key}' is set twice: here and in the play`,
      'remove one of them',
    );
  return (alone ?? inRollout)?.value;
}

const numberIn = (entry: YamlEntry | undefined): number | undefined => {
  const value = entry && toJson(entry.value);
  return typeof value === 'number' ? value : undefined;
};

function onFailureOf(node: YamlNode | undefined): OnFailure {
  const value = node && toJson(node);
  return ON_FAILURE.find((answer) => answer === value) ?? PLAIN_ROLLOUT.onFailure;
}

function readSerial(node: YamlNode | undefined, report: Report): readonly Amount[] {
  if (node === undefined) return [];
  const items = node.kind === 'list' ? node.items : [node];
  const amounts = items.map((item) => readAmount(item, report));
  for (const [i, item] of items.entries()) {
    if (shrinks(amounts[i - 1], amounts[i]))
      report.warning(
        'shrinking-batches',
        item.span,
        'this batch is smaller than the one before it',
        'let the batches grow',
      );
  }
  return amounts.filter((amount) => amount !== undefined);
}

function shrinks(before: Amount | undefined, after: Amount | undefined): boolean {
  if (before === undefined || after === undefined) return false;
  if ('count' in before) return 'count' in after && after.count < before.count;
  return 'percent' in after && after.percent < before.percent;
}

/** `3`, `"3"`, `"10%"`, `"2.5%"`. */
export function readAmount(node: YamlNode | undefined, report: Report): Amount | undefined {
  const value = node && toJson(node);
  if (typeof value === 'number') return Number.isInteger(value) && value > 0 ? { count: value } : undefined;
  if (node === undefined || typeof value !== 'string') return undefined;
  const [, digits = '', percent] = /^(\d{1,6}(?:\.\d{1,3})?) *(%?)$/.exec(value.trim()) ?? [];
  const amount = Number(digits);
  const isGood = digits !== '' && amount > 0 && (percent === '%' ? amount <= 100 : Number.isInteger(amount));
  if (isGood) return percent === '%' ? { percent: amount } : { count: amount };
  const todo = 'write a whole number of at least 1, or a percentage above 0 and up to 100, for example "10%"';
  report.error('bad-value', node.span, `'${value}' is no number of hosts`, todo);
  return undefined;
}

/** Seconds. */
function readTime(node: YamlNode | undefined, report: Report): number | undefined {
  const value = node && toJson(node);
  if (node === undefined || (typeof value !== 'string' && typeof value !== 'number')) return undefined;
  const seconds = parseDuration(value);
  if (seconds === undefined)
    report.error('bad-value', node.span, `'${value}' is no time`, 'write seconds, or for example 30s, 5m, 1h30m');
  return seconds;
}

function readSpread(by: YamlEntry | undefined, most: YamlEntry | undefined): Spread | undefined {
  const name = by && toJson(by.value);
  return typeof name === 'string' ? { by: name, most: numberIn(most) ?? 1 } : undefined;
}

/** Keys that say nothing without others. */
function checkTogether(entry: (key: string) => YamlEntry | undefined, serial: readonly Amount[], report: Report): void {
  const lone = entry('spread_by') ? undefined : entry('max_per_domain');
  if (lone)
    report.error(
      'rollout-conflict',
      lone.keySpan,
      "'max_per_domain' without 'spread_by'",
      'add spread_by: a variable such as rack or zone',
    );
  const confirm = entry('confirm');
  if (confirm && serial.length === 0)
    report.error(
      'rollout-conflict',
      confirm.keySpan,
      'there is no canary: the play takes all hosts at once',
      'add for example serial: [1, "100%"]',
    );
}
