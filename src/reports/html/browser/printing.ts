import type { View } from './page.ts';

/** What is folded or on another page is printed, too. */
export function printing(main: HTMLElement, viewNow: () => View): void {
  let opened: HTMLDetailsElement[] = [];
  addEventListener('beforeprint', () => {
    viewNow().whole?.(true);
    opened = [...main.querySelectorAll<HTMLDetailsElement>('details:not([open])')];
    for (const details of opened) details.open = true;
  });
  addEventListener('afterprint', () => {
    viewNow().whole?.(false);
    for (const details of opened) details.open = false;
    opened = [];
  });
}
