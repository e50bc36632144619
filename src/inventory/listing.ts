import { inputError } from '../core/diagnostic.ts';
import type { Host } from '../core/inventory.ts';
import type { JsonObject } from '../core/json.ts';
import { MASK } from '../core/secret.ts';
import { didYouMean } from '../core/suggestion.ts';
import { isPassword } from './findings.ts';
import type { LoadedInventory } from './inventory-builder.ts';
import type { Layer } from './precedence.ts';
import { placeText, type Setting } from './variable.ts';

/** A host's variables as they may be shown. */
export const shownVars = (vars: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(vars).map(([name, value]) => [name, isPassword(name) ? MASK : value]));

/** What `ansible-inventory --list` prints, of these hosts: `_meta.hostvars`, and each group's own hosts and children. */
export function listed(inventory: LoadedInventory, hosts: readonly Host[]): JsonObject {
  const chosen = new Set(hosts.map((host) => host.name));
  const withVars = hosts.filter((host) => Object.keys(host.vars).length > 0);
  const groups = [...inventory.tree.keys()].map((name): [string, JsonObject] => {
    const own = name === 'all' ? [] : hostsOf(inventory, name).filter((host) => chosen.has(host));
    const children = childrenOf(inventory, name);
    return [name, { ...(children.length > 0 && { children }), ...(own.length > 0 && { hosts: own }) }];
  });
  return {
    _meta: { hostvars: Object.fromEntries(withVars.map(({ name, vars }) => [name, shownVars(vars)]).toSorted(byName)) },
    ...Object.fromEntries(groups.filter(([, group]) => Object.keys(group).length > 0).toSorted(byName)),
  };
}

/** The groups below one as a tree, as `ansible-inventory --graph` prints it. @throws InputError for an unknown group */
export function graph(inventory: LoadedInventory, top: string): string[] {
  if (!inventory.tree.has(top)) throw inputError(`no group is named '${top}'`, didYouMean(top, inventory.tree.keys()));
  const below = (name: string, depth: number): string[] => {
    const line = (text: string, at: number) => `${'  |'.repeat(at)}${at > 0 ? '--' : ''}${text}`;
    return [
      line(`@${name}:`, depth),
      ...childrenOf(inventory, name).flatMap((child) => below(child, depth + 1)),
      ...(name === 'all' ? [] : hostsOf(inventory, name)).map((host) => line(host, depth + 1)),
    ];
  };
  return below(top, 0);
}

/** Where each variable of a host comes from, and below what it hides: the nearest first. */
export function explained(inventory: LoadedInventory, host: string): string[] {
  const found = new Map<string, { layer: Layer; setting: Setting }[]>();
  for (const layer of inventory.layers(host)) {
    for (const [name, last] of layer.vars) {
      const here = newestFirst(last).map((setting) => ({ layer, setting }));
      found.set(name, [...here, ...(found.get(name) ?? [])]);
    }
  }
  return [...found].toSorted(byName).flatMap(([name, settings]) =>
    settings.flatMap(({ layer: { level, of }, setting }, i) => {
      const from = `level ${level}, ${of}, ${placeText(setting.place)}`;
      return i === 0
        ? [`${name} = ${shown(name, setting)}`, `    ${from}`]
        : [`    hides ${shown(name, setting)} of ${from}`];
    }),
  );
}

function newestFirst(setting: Setting): Setting[] {
  return setting.hid ? [setting, ...newestFirst(setting.hid)] : [setting];
}

const shown = (name: string, { json }: Setting): string => JSON.stringify(isPassword(name) ? MASK : json);

const byName = ([a = '']: readonly unknown[], [b = '']: readonly unknown[]): number =>
  String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;

/** `ungrouped` has no hosts of its own: those in no other group are in it. */
const hostsOf = (inventory: LoadedInventory, group: string): readonly string[] =>
  (group === 'ungrouped' ? inventory.groups.get(group) : inventory.tree.get(group)?.hosts) ?? [];

/** Groups that are in no other one are in `all`; `ungrouped` is there first. */
function childrenOf({ tree }: LoadedInventory, name: string): string[] {
  const own = tree.get(name)?.children ?? [];
  if (name !== 'all') return [...own];
  const inside = new Set([...tree.values()].flatMap(({ children }) => children));
  const alone = [...tree.keys()].filter((group) => group !== 'all' && !inside.has(group));
  return [...new Set(['ungrouped', ...own, ...alone])];
}
