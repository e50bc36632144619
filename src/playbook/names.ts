import type { SourceLocation } from '../core/diagnostic.ts';
import type { Host } from '../core/inventory.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { hostScope } from '../core/scope.ts';
import type { OutputType } from '../core/step-type.ts';
import { sharedType } from './cel-value.ts';

/** What a loop's step reads each item as. */
export const ITEM = 'item';

/** What one register holds. */
export interface Register {
  /** The step that sets it. */
  readonly step: string;
  readonly at: SourceLocation;
  /** Field types; undefined where the step type is not known (its own error is reported). */
  readonly fields: Readonly<Record<string, OutputType>> | undefined;
  /** The conditions under which it is set; none where a step without `when` sets it. */
  readonly conditions: readonly string[];
  /** What else may have kept it from being set: a block that failed before. */
  readonly unsure?: string;
  /** What must hold for its fields to be there, but for `changed` and `failed`: the step ignores errors. */
  readonly fieldsNeed?: string;
  /** Fields that never have a value, with the argument of the step that would fill each. */
  readonly unfilled?: ReadonlyMap<string, string>;
  /** The step that sets it is tagged `never`: a run without --tags leaves it out. */
  readonly never?: boolean;
  /** The step that sets it is not among those chosen on the command line. */
  readonly leftOut?: boolean;
}

export type Registers = ReadonlyMap<string, Register>;

/** A variable of the play's hosts. */
export interface Variable {
  readonly type: string;
  /** Hosts on which it has no value. */
  readonly missing: readonly string[];
  /** A host whose value is text with `{{`, which Ansible would evaluate and unwedge does not. */
  readonly template: string | undefined;
}

/** What an expression at one point of a play may name. */
export interface Names {
  readonly variables: ReadonlyMap<string, Variable>;
  readonly registers: Registers;
  /** Set by steps further down. */
  readonly later: Registers;
  /** True where no inventory is known: any name may be one of its variables. */
  readonly open: boolean;
  /** What the step's own `when`, and those of the blocks it stands in, make sure of. */
  readonly given: ReadonlySet<string>;
  /** What reads them is taken by a run without --tags, which is what is looked at. */
  readonly plain?: boolean;
  /** Takes down which names are read. */
  readonly read?: Set<string>;
}

/** The same names, and those of them that are read from now on. */
export function recorded(names: Names): { readonly names: Names; readonly read: ReadonlySet<string> } {
  const read = new Set<string>();
  return { names: { ...names, read }, read };
}

export const withGiven = (names: Names, given: readonly string[]): Names =>
  given.length === 0 ? names : { ...names, given: new Set([...names.given, ...given]) };

/** A name that hides all others of the same name. */
export function withVariable(names: Names, name: string, type: string): Names {
  const registers = new Map([...names.registers].filter(([register]) => register !== name));
  const variable = { type, missing: [], template: undefined };
  return { ...names, registers, variables: new Map([...names.variables, [name, variable]]) };
}

export const withRegister = (names: Names, name: string, register: Register): Names => ({
  ...names,
  registers: new Map([...names.registers, [name, register]]),
});

/** The variables of a play on its hosts; without hosts only what the play itself gives. */
export function playVariables(hosts: readonly Host[] | undefined, vars: JsonObject): Map<string, Variable> {
  const known = hosts?.length ? hosts : [NO_HOST];
  const values = new Map<string, Map<string, Json>>();
  for (const host of known) {
    for (const [name, value] of Object.entries(hostScope(host, { vars }))) {
      const byHost = values.get(name) ?? new Map<string, Json>();
      byHost.set(host.name, value);
      values.set(name, byHost);
    }
  }
  return new Map([...values].map(([name, byHost]) => [name, variable(known, byHost)]));
}

const NO_HOST: Host = { name: '', groups: [], vars: {} };

function variable(hosts: readonly Host[], byHost: ReadonlyMap<string, Json>): Variable {
  const missing = byHost.size === hosts.length ? [] : hosts.filter((h) => !byHost.has(h.name)).map((h) => h.name);
  const template = [...byHost].find(([, value]) => typeof value === 'string' && value.includes('{{'))?.[0];
  return { type: sharedType(byHost.values()), missing, template };
}
