import { InputError, inputError } from '../core/diagnostic.ts';
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
