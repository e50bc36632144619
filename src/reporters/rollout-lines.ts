import type { EventOf, Illness } from '../core/event.ts';
import { amountText, type Bounds, type OnFailure } from '../core/rollout.ts';
import { timesText } from '../core/times.ts';
import { windowText } from '../core/window.ts';
import { displayWidth, truncate } from './display-width.ts';
import { wrapped } from './finding-lines.ts';
import { counted, duration, oneLine, reasonLine } from './wording.ts';

/** A rollout as it is planned, in lines of at most `columns`: its batches, then what bounds it. None where all is taken at once without bounds. */
export function planLines({ play, batches, bounds }: EventOf<'rollout.planned'>, columns: number): string[] {
  if (batches.length < 2 && !isBounded(bounds)) return [];
  const hosts = batches.reduce((sum, batch) => sum + batch.length, 0);
  const many = batches.length === 1 ? '1 batch' : `${batches.length} batches`;
  return [
    truncate(`plan of ${oneLine(play)}: ${counted(hosts, 'host')} in ${many}`, columns),
    ...runsOf(batches).map((run) => truncate(`  ${runLine(run, columns - 2)}`, columns)),
    ...boundLines(bounds, batches.length).flatMap((line) => wrapped(`  ${line}`, columns)),
  ];
}

const isBounded = (bounds: Bounds): boolean =>
  bounds.health.length > 0 ||
  bounds.soak > 0 ||
  (bounds.maxFailures ?? 1) > 1 ||
  [bounds.spread, bounds.maxContainersStopped, bounds.window, bounds.timesPerHost, bounds.wedgedHosts].some(
    (bound) => bound !== undefined,
  );

/** Neighbouring batches of the same size. */
interface Run {
  readonly from: number;
  readonly batches: (readonly string[])[];
}

function runsOf(batches: readonly (readonly string[])[]): Run[] {
  const runs: Run[] = [];
  for (const [i, batch] of batches.entries()) {
    const last = runs.at(-1);
    // The canary stands alone.
    if (last && last.from > 0 && last.batches[0]?.length === batch.length) last.batches.push(batch);
    else runs.push({ from: i, batches: [batch] });
  }
  return runs;
}

/** `batch 2: 30 hosts: web-2, web-3 … web-31`. */
function runLine({ from, batches }: Run, columns: number): string {
  const which = batches.length === 1 ? `batch ${from + 1}` : `batches ${from + 1} to ${from + batches.length}`;
  const each = batches.length === 1 ? '' : ' each';
  const begin = `${which}: ${counted(batches[0]?.length ?? 0, 'host')}${each}: `;
  return begin + namesWithin(batches.flat(), columns - displayWidth(begin));
}

/** As many of the first names as there is room for, and the last one. */
export function namesWithin(hosts: readonly string[], columns: number): string {
  const names = hosts.map(oneLine);
  const all = names.join(', ');
  if (names.length === 1 || (names.length <= ALL_NAMED && displayWidth(all) <= columns)) return all;
  const last = ` … ${names.at(-1)}`;
  let text = names[0] ?? '';
  for (const name of names.slice(1, ALL_NAMED)) {
    if (displayWidth(`${text}, ${name}${last}`) > columns) break;
    text += `, ${name}`;
  }
  return text + last;
}

const ALL_NAMED = 8;

function boundLines(bounds: Bounds, batches: number): string[] {
  const { spread, maxContainersStopped, window, confirm, timesPerHost, wedgedHosts } = bounds;
  const perDomain = spread === undefined ? '' : `, ${spread.most} of each ${oneLine(spread.by)}`;
  return [
    `at work at once: at most ${counted(bounds.forks, 'host')}${perDomain}`,
    failureLine(bounds),
    ...afterBatch(bounds),
    ...(maxContainersStopped === undefined
      ? []
      : [`a batch may stop at most ${counted(maxContainersStopped, 'container')}`]),
    ...(wedgedHosts === undefined
      ? []
      : [`it begins only where at most ${amountText(wedgedHosts)} of its hosts are wedged`]),
    ...(timesPerHost === undefined
      ? []
      : [`a host that needs changes more often than ${timesText(timesPerHost)} is left alone`]),
    ...(window === undefined ? [] : [`batches begin ${windowText(window)}`]),
    ...(confirm === undefined || batches < 2 ? [] : ['after batch 1 it waits for unwedge resume RUN']),
  ];
}

const PUT_BACK: Readonly<Record<OnFailure, string>> = {
  stop: '',
  continue: '',
  rollback_host: '; failed hosts are put back',
  rollback_batch: '; failed hosts are put back, then their batch',
  rollback_all: '; failed hosts are put back, then all the others',
};

function failureLine({ maxFailures, onFailure }: Bounds): string {
  if (maxFailures === undefined) return `goes on whatever fails${PUT_BACK[onFailure]}`;
  const when = maxFailures === 1 ? 'the first failed host' : counted(maxFailures, 'failed host');
  return `stops at ${when}${PUT_BACK[onFailure]}`;
}

function afterBatch({ health, soak }: Bounds): string[] {
  const looks = health.length === 0 ? [] : [`health (${health.map(oneLine).join(', ')})`];
  const waits = soak === 0 ? [] : [`${duration(soak * 1000)} of soak`];
  const again = looks.length > 0 && waits.length > 0 ? ['health again'] : [];
  const all = [...looks, ...waits, ...again];
  return all.length === 0 ? [] : [`after each batch: ${all.join(', ')}`];
}

/** What the health steps said of a host that is not well. */
export function illnessLine(moment: EventOf<'batch.health'>['moment'], { reason, counts }: Illness): string {
  const why = reasonLine(reason);
  switch (moment) {
    case 'before':
      return `not well before its batch, which does not count against the change: ${why}`;
    case 'after':
      return counts ? `not well after its batch: ${why}` : `still not well: ${why}`;
    case 'soaked':
      return counts ? `not well after the soak: ${why}` : `still not well: ${why}`;
    default:
      return moment satisfies never;
  }
}
