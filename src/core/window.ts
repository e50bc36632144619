import type { Window } from './rollout.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const DAY = 24 * 60;

/** True where a batch may begin at this moment (milliseconds since 1970): by the wall clock of the zone, which knows its summer time. */
export function isOpen(window: Window, at: number): boolean {
  return isOpenAt(window, wallClock(window.zone, at));
}

interface WallTime {
  /** 0 = Sunday. */
  readonly day: number;
  /** Since midnight. */
  readonly minute: number;
}

function isOpenAt({ start, end, days }: Window, { day, minute }: WallTime): boolean {
  if (start < end) return days.includes(day) && minute >= start && minute < end;
  const yesterday = (day + 6) % 7;
  return (days.includes(day) && minute >= start) || (days.includes(yesterday) && minute < end);
}

function wallClock(zone: string, at: number): WallTime {
  const parts = new Map(
    clockOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const day = DAYS.indexOf(parts.get('weekday') ?? '');
  return { day, minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')) };
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Made once per zone: making one costs more than a thousand uses. */
function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known) return known;
  const fields = { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const made = new Intl.DateTimeFormat('en-US', { timeZone: zone, ...fields });
  clocks.set(zone, made);
  return made;
}

/** When it opens next, milliseconds since 1970; undefined: not within the next nine days. */
export function nextOpening(window: Window, at: number): number | undefined {
  const minute = Math.ceil(at / 60_000);
  for (let i = 0; i <= 9 * DAY; i++) if (isOpen(window, (minute + i) * 60_000)) return (minute + i) * 60_000;
  return undefined;
}

/** `from 22:00 to 04:00 Europe/Berlin, Mon, Tue`. */
export function windowText({ start, end, zone, days }: Window): string {
  const which = days.length === DAYS.length ? '' : `, ${days.map((day) => DAYS[day]).join(', ')}`;
  return `from ${clockText(start)} to ${clockText(end)} ${zone}${which}`;
}

const clockText = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
