import type { Json } from '../core/json.ts';

/** JSON as CEL sees it: whole numbers are ints (BigInt), others doubles. */
export function toCel(value: Json): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(toCel);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toCel(item)]));
}

/** The way back. @throws RangeError in words for people, where JSON has no such value. */
export function fromCel(value: unknown): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return safeNumber(value);
  if (typeof value === 'number') return finite(value);
  if (Array.isArray(value)) return value.map(fromCel);
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object' && isPlain(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fromCel(item)]));
  }
  throw new RangeError('the result is no plain value; take one field of it, or make it a string with string(…)');
}

function safeNumber(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${value} is too large to be kept exactly`);
  return number;
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw new RangeError(`the result is ${value}, which is not a number`);
  return value;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** A CEL type in words. */
export function typeWords(type: string): string {
  if (type.startsWith('list')) return 'a list';
  if (type.startsWith('map')) return 'a map';
  if (type.startsWith('$')) return `the register ${type.slice(1)}`;
  return WORDS[type] ?? type;
}

const WORDS: Readonly<Record<string, string>> = {
  bool: 'true or false',
  int: 'a whole number',
  double: 'a number',
  string: 'a string',
  null: 'null',
};

/** The CEL type that all values share; `dyn` where they differ or CEL can't tell before the run. */
export function sharedType(values: Iterable<Json>): string {
  const types = new Set<string>();
  for (const value of values) types.add(typeOf(value));
  const [only] = types;
  return types.size === 1 && only !== undefined ? only : 'dyn';
}

function typeOf(value: Json): string {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'int' : 'double';
  if (Array.isArray(value))
    return value.length > 0 && value.every((v) => typeof v === 'string') ? 'list<string>' : 'list<dyn>';
  return 'dyn';
}
