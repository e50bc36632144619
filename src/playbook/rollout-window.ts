import type { Window } from '../core/rollout.ts';
import { didYouMean } from '../core/suggestion.ts';
import { entryOf, toJson, type YamlNode } from '../core/yaml-node.ts';
import type { Report } from './place.ts';
import { dayNumber, EVERY_DAY } from './rollout-schema.ts';

/** A play's `rollout.window`; undefined where there is none, or an error, which is reported. */
export function readWindow(node: YamlNode | undefined, report: Report): Window | undefined {
  const start = readTime(entryOf(node, 'start')?.value, report);
  const end = readTime(entryOf(node, 'end')?.value, report);
  const zone = readZone(entryOf(node, 'time_zone')?.value, report);
  if (node === undefined || start === undefined || end === undefined || zone === undefined) return undefined;
  if (start === end || start === MIDNIGHT) {
    report.error(
      'bad-value',
      node.span,
      'this window is never open, or always',
      'leave it out, or give it another start and end',
    );
    return undefined;
  }
  return { start, end, zone, days: readDays(entryOf(node, 'days')?.value) };
}

/** As an end. */
const MIDNIGHT = 24 * 60;

/** Minutes since midnight of `22:00`. */
function readTime(node: YamlNode | undefined, report: Report): number | undefined {
  const value = node && toJson(node);
  if (node === undefined || typeof value !== 'string') return undefined;
  const [, hour, minute] = /^(\d{1,2}):(\d\d)$/.exec(value) ?? [];
  const minutes = Number(hour) * 60 + Number(minute);
  if (Number(minute) < 60 && minutes <= MIDNIGHT) return minutes;
  report.error(
    'bad-value',
    node.span,
    `'${value}' is no time of the day`,
    'write hours and minutes, from 00:00 to 24:00',
  );
  return undefined;
}

function readZone(node: YamlNode | undefined, report: Report): string | undefined {
  const zone = node && toJson(node);
  if (node === undefined || typeof zone !== 'string') return undefined;
  if (isZone(zone)) return zone;
  const near = didYouMean(zone, Intl.supportedValuesOf('timeZone'));
  report.error(
    'bad-value',
    node.span,
    `'${zone}' is no time zone`,
    near ?? 'write an IANA name, for example Europe/Berlin or UTC',
  );
  return undefined;
}

/** An offset such as +02:00 is none: it knows no summer time. */
function isZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function readDays(node: YamlNode | undefined): readonly number[] {
  if (node?.kind !== 'list') return EVERY_DAY;
  return node.items.map((item) => dayNumber(String(toJson(item))));
}
