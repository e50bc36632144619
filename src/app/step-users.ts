import type { ConnectionOptions } from '../core/connection-options.ts';
import type { Host } from '../core/inventory.ts';
import type { JsonObject } from '../core/json.ts';
import { stepsOf } from '../core/playbook.ts';
import type { ResolvedPlay } from '../rollout/index.ts';
import { remembered } from './targets.ts';

/** How to reach hosts: as is usual for them, and as root where a step asks for it. By name. */
export interface Ways {
  readonly options: ReadonlyMap<string, ConnectionOptions>;
  /** Of those only that usually work as the user who logs in. */
  readonly rootOptions: ReadonlyMap<string, ConnectionOptions>;
}

/** Hosts with steps that say `become: true`; a step wins over the inventory. */
export function becomingHosts(plays: readonly ResolvedPlay[], hosts: readonly Host[]): readonly Host[] {
  const names = plays
    .filter(({ play }) =>
      stepsOf([...play.steps, ...play.handlers, ...play.health]).some((step) => step.become === true),
    )
    .flatMap((play) => play.hosts.map(({ name }) => name));
  const wanted = new Set(names);
  return hosts
    .filter(({ name }) => wanted.has(name))
    .map((host) => ({ ...host, vars: { ...host.vars, ansible_become: true } }));
}

/** The way that a step asks for; undefined: the usual one. */
export function wayTo({ options, rootOptions }: Ways, name: string, become: boolean | undefined): ConnectionOptions {
  const usual = options.get(name);
  const wanted = become === true && usual?.become === undefined ? rootOptions.get(name) : usual;
  if (wanted === undefined) throw new Error(`host ${name} of the run has no connection options`);
  return become === false ? { ...wanted, become: undefined } : wanted;
}

/** For the journal, without secrets: also whom steps become. */
export function rememberedWay({ rootOptions }: Ways, usual: ConnectionOptions): JsonObject {
  const user = rootOptions.get(usual.name)?.become?.user;
  return { ...remembered(usual), ...(user === undefined ? {} : { stepUser: user }) };
}

/** As whom a run may work on a host: null is who logs in. */
export function accountsOf({ plays, options, rootOptions }: Ways & { readonly plays: readonly ResolvedPlay[] }) {
  const usual = new Set(
    plays
      .filter(({ play }) =>
        stepsOf([...play.steps, ...play.handlers, ...play.health]).some((step) => step.become === false),
      )
      .flatMap((play) => play.hosts.map(({ name }) => name)),
  );
  return (host: string): readonly (string | null)[] => {
    const others = [rootOptions.get(host)?.become?.user ?? [], usual.has(host) ? null : []].flat();
    return [...new Set([options.get(host)?.become?.user ?? null, ...others])];
  };
}
