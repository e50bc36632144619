import { safeJson } from '../../core/json-safe.ts';
import { printable } from '../../core/printable.ts';

/** Text as HTML shows it, whoever wrote it: no letter of it is markup. */
export const escaped = (text: string): string =>
  printable(text, 'lines').replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** JSON for a script element: nothing in it can end the element or begin a comment (html.spec.whatwg.org, "restrictions for contents of script elements"). */
export const embedded = (value: object): string => safeJson(value).replace(/[<>&]/g, inCode);

const inCode = (c: string): string => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
