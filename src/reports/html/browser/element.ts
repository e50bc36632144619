import { printable } from '../../../core/printable.ts';

/** What can stand in an element. A string is always text, never markup. */
export type Child = Node | string | number | undefined | readonly Child[];
type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element of HTML. An attribute that is false or undefined is left out. */
export const html = <Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] => filled(document.createElement(tag), attributes, children);

/** An element of SVG. */
export const svg = <Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[Tag] =>
  filled(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);

/** A link within the report. */
export const link = (href: string, ...children: readonly Child[]): HTMLAnchorElement =>
  html('a', { href }, ...children);

/** A host's own words may hold what steers a terminal or turns the order of letters: that is shown escaped. */
const shown = (value: string | number): string => printable(String(value), 'lines');

function filled<Kind extends Element>(element: Kind, attributes: Attributes, children: readonly Child[]): Kind {
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : shown(value));
  fill(element, children);
  return element;
}

/** Puts these at its end. */
export function fill(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (typeof child === 'string' || typeof child === 'number') element.append(shown(child));
    else if (child instanceof Node) element.append(child);
    else if (child !== undefined) fill(element, child);
  }
}
