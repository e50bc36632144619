/** Times of a day: every combination of these, each list ascending and not empty. */
export interface TimesOfDay {
  readonly hours: readonly number[];
  readonly minutes: readonly number[];
  readonly seconds: readonly number[];
}

/**
 * The same times so many seconds later (less than a day), as few lists of combinations.
 * @param everyDay whether they are the times of every day, so that one past midnight is a time, too
 * @returns undefined where one would fall on a day that may not be meant
 */
export function later(times: TimesOfDay, by: number, everyDay: boolean): readonly TimesOfDay[] | undefined {
  const found: TimesOfDay[] = [];
  for (const seconds of split(times.seconds, by % 60, 60))
    for (const minutes of split(times.minutes, (Math.floor(by / 60) % 60) + seconds.carry, 60)) {
      const hours = times.hours.map((hour) => hour + Math.floor(by / 3600) + minutes.carry);
      if (!everyDay && hours.some((hour) => hour >= 24)) return undefined;
      const within = hours.map((hour) => hour % 24).toSorted((a, b) => a - b);
      found.push({ hours: within, minutes: minutes.values, seconds: seconds.values });
    }
  return found;
}

/** Numbers with `by` added: those that stay below `size`, and those that carry one. */
function split(values: readonly number[], by: number, size: number): { values: number[]; carry: number }[] {
  const sums = values.map((value) => value + by);
  const parts = [
    { values: sums.filter((sum) => sum < size), carry: 0 },
    { values: sums.filter((sum) => sum >= size).map((sum) => sum - size), carry: 1 },
  ];
  return parts.filter((part) => part.values.length > 0);
}

/** Every whole number from one to another. */
export const range = (from: number, to: number, step = 1): number[] =>
  Array.from({ length: Math.max(0, Math.floor((to - from) / step) + 1) }, (_, i) => from + i * step);

export const ascending = (values: readonly number[]): number[] => [...new Set(values)].sort((a, b) => a - b);
