/** Host names that one entry stands for, or why it stands for none. */
export type HostNames = { readonly names: readonly string[]; readonly port?: number } | { readonly problem: string };

const MAX_HOSTS = 100_000;

/** `web[01:50:2].example.com:2222` → its names and the port; ranges as in Ansible (ends inclusive, zero padding kept). */
export function expandHosts(entry: string): HostNames {
  const { name, port } = splitPort(entry);
  if (port !== undefined && (port < 1 || port > 65535)) return { problem: `port ${port} is not between 1 and 65535` };
  const names = expandRanges(name);
  if ('problem' in names) return names;
  const problem = names.map(hostNameProblem).find((found) => found !== undefined);
  if (problem !== undefined) return { problem };
  return port === undefined ? { names } : { names, port };
}

/** `[2001:db8::1]:22`, `host:22` and `web[1:9]:22` name a port; `2001:db8::1` and `web[1:9]` do not. */
function splitPort(entry: string): { name: string; port?: number } {
  const match =
    /^\[((?:[^[\]]|\[[^[\]]*\])+)\]:(\d{1,9})$/.exec(entry) ?? /^((?:[^:[\]]|\[[^\]]*\])+):(\d{1,9})$/.exec(entry);
  return match?.[1] === undefined ? { name: entry } : { name: match[1], port: Number(match[2]) };
}

/** Why a name can't be a host; undefined where it can. Such a name would be an option or a second word to ssh. */
export function hostNameProblem(name: string): string | undefined {
  if (name === '') return 'an empty host name';
  if (name.startsWith('-')) return `'${name}' can't be a host name: it begins with -, as an option does`;
  if (/[\s\p{C}]/u.test(name)) return `'${name}' can't be a host name: it holds white space or a control character`;
  const bad = /[^\p{L}\p{N}\p{M}._:%@+-]/u.exec(name);
  if (bad) return `'${name}' can't be a host name: it holds ${bad[0]}`;
  if (name.includes(':') && !IPV6.test(name))
    return `'${name}' can't be a host name: it holds : but is no IPv6 address`;
  return undefined;
}

const IPV6 = /^[\da-fA-F]*:[\da-fA-F.]*:[\da-fA-F:.]*(%[\w.-]+)?$/;

function expandRanges(text: string): string[] | { problem: string } {
  let names = [''];
  let from = 0;
  for (const match of text.matchAll(/\[([^[\]]*)\]/g)) {
    const values = rangeValues(match[1] ?? '');
    if ('problem' in values) return values;
    if (names.length * values.length > MAX_HOSTS)
      return { problem: `'${text}' stands for more than ${MAX_HOSTS} hosts` };
    const literal = text.slice(from, match.index);
    names = names.flatMap((name) => values.map((value) => name + literal + value));
    from = match.index + match[0].length;
  }
  return names.map((name) => name + text.slice(from));
}

function rangeValues(range: string): string[] | { problem: string } {
  const [, first = '', last = '', step = '1'] = /^(\w*):(\w+)(?::(\d+))?$/.exec(range) ?? [];
  const by = Number(step);
  if (last === '' || by < 1) return { problem: `[${range}] is no range; write [01:50], [1:9:2] or [a:f]` };
  const start = first === '' ? '0' : first;
  if (/^\d{1,9}$/.test(start) && /^\d{1,9}$/.test(last)) return numbers(start, last, by, range);
  if (/^[a-zA-Z]$/.test(start) && /^[a-zA-Z]$/.test(last)) return letters(start, last, by, range);
  return { problem: `[${range}] is no range; both ends must be numbers, or both one letter` };
}

function numbers(first: string, last: string, step: number, range: string): string[] | { problem: string } {
  const padded = first.length > 1 && first.startsWith('0');
  if (padded && first.length !== last.length) return { problem: `[${range}]: both ends need as many digits` };
  if (Number(last) < Number(first)) return { problem: `[${range}] runs backwards` };
  if ((Number(last) - Number(first)) / step > MAX_HOSTS)
    return { problem: `[${range}] stands for more than ${MAX_HOSTS} hosts` };
  const values: string[] = [];
  for (let n = Number(first); n <= Number(last); n += step)
    values.push(String(n).padStart(padded ? first.length : 0, '0'));
  return values;
}

/** Python's string.ascii_letters: a to z, then A to Z. */
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

function letters(first: string, last: string, step: number, range: string): string[] | { problem: string } {
  const all = LETTERS.slice(LETTERS.indexOf(first), LETTERS.indexOf(last) + 1);
  return all === '' ? { problem: `[${range}] runs backwards` } : [...all].filter((_, i) => i % step === 0);
}
