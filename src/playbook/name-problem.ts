const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Words of the expression language, and its type names: https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax */
const RESERVED: ReadonlySet<string> = new Set(
  (
    'as break const continue else false for function if import in let loop package namespace null return true var void while ' +
    'bool bytes cel double dyn duration int list map null_type optional string timestamp type uint'
  ).split(' '),
);
const BUILT_IN: ReadonlySet<string> = new Set(['inventory_hostname', 'group_names', 'item']);

/** Why a name can't be a variable's or register's; undefined where it can. */
export function nameProblem(name: string): string | undefined {
  if (!IDENTIFIER.test(name)) return `'${name}' can't be a name; letters, digits and _ only, no digit first`;
  if (RESERVED.has(name)) return `'${name}' is a word of the expression language`;
  if (BUILT_IN.has(name)) return `'${name}' is set by unwedge`;
  return undefined;
}
