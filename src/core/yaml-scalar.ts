/** The value of a plain YAML scalar, or that it is a number which JavaScript would change. */
export type PlainValue = { readonly value: null | boolean | number | string } | { readonly inexact: true };

/** `1.2` is what playbooks are; `1.1` what Ansible reads its inventories as. */
export type YamlVersion = '1.1' | '1.2';

export const plainValue = (text: string, version: YamlVersion): PlainValue =>
  /^(~|null|Null|NULL)?$/.test(text) ? { value: null } : version === '1.1' ? value11(text) : value12(text);

/** The core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema): `no`, `0x` and `12:30` are strings. */
function value12(text: string): PlainValue {
  if (/^(true|True|TRUE)$/.test(text)) return { value: true };
  if (/^(false|False|FALSE)$/.test(text)) return { value: false };
  if (/^([-+]?\d+|0o[0-7]+|0x[\da-fA-F]+)$/.test(text)) return kept(Number(text), Number.isSafeInteger);
  if (/^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/.test(text)) return kept(Number(text), Number.isFinite);
  return NOT_FINITE.test(text) ? { inexact: true } : { value: text };
}

/** As PyYAML resolves it (lib/yaml/resolver.py): `yes` is true, `0644` is 420, `12:30` is 750. Dates stay text. */
function value11(text: string): PlainValue {
  if (/^(yes|Yes|YES|true|True|TRUE|on|On|ON)$/.test(text)) return { value: true };
  if (/^(no|No|NO|false|False|FALSE|off|Off|OFF)$/.test(text)) return { value: false };
  const integer = /^([-+]?)(0b[01_]+|0[0-7_]+|0x[\da-fA-F_]+|0|[1-9][\d_]*(:[0-5]?\d)*)$/.exec(text);
  if (integer) return kept(sign(integer[1]) * whole(withoutUnderscores(integer[2])), Number.isSafeInteger);
  if (/^([-+]?\d[\d_]*\.[\d_]*([eE][-+]\d+)?|\.\d[\d_]*([eE][-+]\d+)?)$/.test(text)) {
    return kept(Number(withoutUnderscores(text)), Number.isFinite);
  }
  const minutes = /^([-+]?)(\d[\d_]*(?::[0-5]?\d)+\.[\d_]*)$/.exec(text);
  if (minutes) return kept(sign(minutes[1]) * sexagesimal(withoutUnderscores(minutes[2])), Number.isFinite);
  return NOT_FINITE.test(text) ? { inexact: true } : { value: text };
}

const NOT_FINITE = /^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$/;

const sign = (text: string | undefined): number => (text === '-' ? -1 : 1);
const withoutUnderscores = (text = ''): string => text.replaceAll('_', '');

function whole(digits: string): number {
  if (digits.includes(':')) return sexagesimal(digits);
  return /^0\d/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
}

const sexagesimal = (text: string): number => text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);

/** A container id such as 123e4567… or a long number would silently become another value. */
const kept = (value: number, exact: (value: number) => boolean): PlainValue =>
  exact(value) ? { value: value === 0 ? 0 : value } : { inexact: true };
