const FORMAT: Intl.DateTimeFormatOptions = {
  ...{ weekday: 'short', year: 'numeric', month: '2-digit', day: '2-digit' },
  ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZoneName: 'short' },
};

/** `Mon 2026-11-23 03:15:00 CET`, as systemd writes times. @param moment milliseconds since 1970 */
export function momentText(moment: number): string {
  const parts = new Intl.DateTimeFormat('en-GB', FORMAT).formatToParts(moment);
  const of = (type: Intl.DateTimeFormatPartTypes): string => parts.find((part) => part.type === type)?.value ?? '';
  return `${of('weekday')} ${of('year')}-${of('month')}-${of('day')} ${of('hour')}:${of('minute')}:${of('second')} ${of('timeZoneName')}`;
}
