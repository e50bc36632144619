/**
 * Works on every item, at most `width` at once, in order of arrival. `work` must not reject: what becomes of an item is
 * a value that it keeps. It decides itself, when its turn comes, whether there is still anything to do.
 */
export async function eachAtMost<T>(
  width: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
}

/** Slices of at most `size`; one slice where no size is given. No slice of nothing. */
export function batchesOf<T>(items: readonly T[], size: number | undefined): readonly (readonly T[])[] {
  const width = Math.max(1, size ?? items.length);
  return Array.from({ length: Math.ceil(items.length / width) }, (_, i) => items.slice(i * width, (i + 1) * width));
}
