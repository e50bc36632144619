import { printable } from '../core/printable.ts';

/** An XML element. Text and attributes may be anything: what XML 1.0 can't hold is shown as \u{…} (w3.org/TR/xml, 2.2). */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  ...children: readonly string[]
): string {
  const given = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  );
  const head = name + given.map(([key, value]) => ` ${key}="${attribute(String(value))}"`).join('');
  return children.length === 0 ? `<${head}/>\n` : `<${head}>${children.join('')}</${name}>\n`;
}

/** Lines of text inside an element. */
export const xmlText = (lines: readonly string[]): string => lines.map((line) => escaped(line)).join('\n');

const attribute = (text: string): string => escaped(text).replaceAll('"', '&quot;');

const escaped = (text: string): string =>
  printable(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
