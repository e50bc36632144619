/** The value of a plain YAML scalar, or that it is a number which JavaScript would change. */
export type PlainValue = { readonly value: null | boolean | number | string } | { readonly inexact: true };

/** By the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema): `no`, `0x` and `12:30` are strings. */
export function plainValue(text: string): PlainValue {
  if (/^(~|null|Null|NULL)?$/.test(text)) return { value: null };
  if (/^(true|True|TRUE)$/.test(text)) return { value: true };
  if (/^(false|False|FALSE)$/.test(text)) return { value: false };
  if (/^([-+]?\d+|0o[0-7]+|0x[\da-fA-F]+)$/.test(text)) return kept(Number(text), Number.isSafeInteger);
  if (/^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/.test(text)) return kept(Number(text), Number.isFinite);
  return /^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$/.test(text) ? { inexact: true } : { value: text };
}

/** A container id such as 123e4567… or a long number would silently become another value. */
const kept = (value: number, exact: (value: number) => boolean): PlainValue =>
  exact(value) ? { value: value === 0 ? 0 : value } : { inexact: true };
