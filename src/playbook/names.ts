import type { SourceLocation } from '../core/diagnostic.ts';
import type { Host } from '../core/inventory.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { hostScope } from '../core/scope.ts';
import type { OutputType } from '../core/step-type.ts';
import { sharedType } from './cel-value.ts';

/** What one register holds. */
export interface Register {
  /** The step that sets it. */
  readonly step: string;
  readonly at: SourceLocation;
  /** Field types; undefined where the step type is not known (its own error is reported). */
  readonly fields: Readonly<Record<string, OutputType>> | undefined;
  /** The conditions under which it is set; none where a step without `when` sets it. */
  readonly conditions: readonly string[];
}

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
  readonly registers: ReadonlyMap<string, Register>;
  /** Set by steps further down. */
  readonly later: ReadonlyMap<string, Register>;
  /** True where no inventory is known: any name may be one of its variables. */
  readonly open: boolean;
  /** What the step's own `when` makes sure of. */
  readonly given: ReadonlySet<string>;
}

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
