/** Says which items may be at work side by side. One that is alone always may. */
export interface Gate<T> {
  hasRoom(item: T): boolean;
  enter(item: T): void;
  leave(item: T): void;
}

/**
 * Works on every item, at most `width` at once, in order of arrival; one that has no room lets those behind it pass.
 * `work` decides itself, when its turn comes, whether there is still anything to do; what becomes of an item is a value
 * that it keeps. @throws what `work` throws, which it should not.
 */
export function eachAtMost<T>(
  width: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
  gate?: Gate<T>,
): Promise<void> {
  const waiting = [...items];
  let atWork = 0;
  return new Promise((resolve, reject) => {
    const begin = (item: T) => {
      atWork += 1;
      gate?.enter(item);
      work(item).then(() => {
        atWork -= 1;
        gate?.leave(item);
        next();
      }, reject);
    };
    const next = () => {
      while (atWork < width) {
        const place = gate === undefined ? 0 : waiting.findIndex((item) => gate.hasRoom(item));
        const [item] = place < 0 ? [] : waiting.splice(place, 1);
        if (item === undefined) break;
        begin(item);
      }
      if (atWork === 0) resolve();
    };
    next();
  });
}
