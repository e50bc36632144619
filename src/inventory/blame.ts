import { type Diagnostic, InputError, inputError } from '../core/diagnostic.ts';
import type { Blame } from './connection.ts';
import { withoutSecretLine } from './findings.ts';
import type { LoadedInventory } from './inventory-builder.ts';
import { merge } from './precedence.ts';

/** An error about a host's variable shows the line that set it; `over`: names that are set elsewhere, such as by -e. */
export const blameIn =
  (inventory: LoadedInventory, host: string, over: object): Blame =>
  (variable, message, todo) => {
    const setting = Object.hasOwn(over, variable) ? undefined : merge(inventory.layers(host)).get(variable);
    if (setting?.place.start === undefined) return inputError(message, todo);
    const { source, start } = setting.place;
    return new InputError([
      withoutSecretLine(source.finding({ start, end: start + variable.length }, message, { todo })),
    ]);
  };

/** One line of an inventory may be wrong for thousands of hosts: such findings become one that names the first. */
export function perLine(findings: readonly Diagnostic[]): Diagnostic[] {
  const alike = new Map<string, { first: Diagnostic; count: number }>();
  for (const finding of findings) {
    const key = finding.at ? JSON.stringify([finding.at, finding.message.replace(HOST, '')]) : finding.message;
    const known = alike.get(key);
    alike.set(key, { first: known?.first ?? finding, count: (known?.count ?? 0) + 1 });
  }
  return [...alike.values()].map(({ first, count }) =>
    count === 1 ? first : { ...first, message: first.message.replace(HOST, `host $1 and ${count - 1} more: `) },
  );
}

const HOST = /^host (\S+): /;
