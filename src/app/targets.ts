import type { ConnectionOptions } from '../core/connection-options.ts';
import { type Diagnostic, everyOne, InputError, inputError } from '../core/diagnostic.ts';
import type { Host } from '../core/inventory.ts';
import type { JsonObject } from '../core/json.ts';
import { blameIn, perLine } from '../inventory/blame.ts';
import { type Blame, connectionOptions } from '../inventory/connection.ts';
import type { LoadedInventory } from '../inventory/inventory-builder.ts';
import { refusalOf } from '../transport/refusal.ts';
import type { ConnectionFlags } from './options.ts';

/** How to reach each host, by name. @throws InputError for every host that can't be: none has been touched then. */
export async function targets(
  hosts: readonly Host[],
  flags: ConnectionFlags,
  becomePassword: string | undefined,
  blame: (host: string) => Blame,
): Promise<Map<string, ConnectionOptions>> {
  const defaults = { ...flags, connectTimeout: flags.timeout, becomePassword };
  const all = await everyOne(hosts, (host) => sound(connectionOptions(host, defaults, blame(host.name)))).catch(
    (error: unknown) => {
      throw error instanceof InputError ? new InputError(perLine(error.diagnostics)) : error;
    },
  );
  return new Map(all.map((options) => [options.name, options]));
}

/** What a run would refuse about the ways to these hosts, without flags. */
export async function refusedWays(
  hosts: readonly Host[],
  inventory: LoadedInventory,
  extraVars: JsonObject = {},
): Promise<readonly Diagnostic[]> {
  try {
    await targets(hosts, { timeout: 10 }, undefined, (host) => blameIn(inventory, host, extraVars));
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.diagnostics;
  }
}

/** The same options. @throws InputError where they would be more than a host to ssh or sudo. */
function sound(options: ConnectionOptions): ConnectionOptions {
  const refusal = refusalOf(options);
  if (refusal === undefined) return options;
  throw inputError(`host ${options.name}: ${refusal}`, 'mend it in the inventory, or on the command line');
}

/** For the journal: how to reach a host again, without its secrets. */
export function remembered(options: ConnectionOptions): JsonObject {
  const { name, kind, address, port = null, user = null, privateKey = null, sshArgs, connectTimeout, become } = options;
  return {
    name,
    kind,
    address,
    port,
    user,
    privateKey,
    sshArgs: [...sshArgs],
    connectTimeout,
    becomeUser: become?.user ?? null,
  };
}

/**
 * The way back to a host as a journal remembers it; flags of today win over what was used then. `become`: what the step said
 * that is to be undone.
 */
export function recalled(
  row: JsonObject,
  flags: ConnectionFlags,
  password: string | undefined,
  become?: boolean,
): ConnectionOptions {
  const { name, kind, address, port, user, privateKey, sshArgs, connectTimeout, becomeUser, stepUser } = row;
  if (typeof name !== 'string' || typeof address !== 'string')
    throw inputError('the journal does not tell how to reach its hosts');
  const usual = flags.becomeUser ?? becomeUser ?? (flags.become ? 'root' : undefined);
  const asUser = { true: usual ?? stepUser ?? 'root', false: undefined, undefined: usual }[`${become}`];
  return sound({
    name,
    kind: kind === 'local' ? 'local' : 'ssh',
    address,
    port: typeof port === 'number' ? port : undefined,
    user: flags.user ?? text(user),
    privateKey: flags.privateKey ?? text(privateKey),
    sshArgs: Array.isArray(sshArgs) ? sshArgs.map(String) : [],
    connectTimeout: typeof connectTimeout === 'number' ? connectTimeout : flags.timeout,
    become: typeof asUser === 'string' ? { user: asUser, password } : undefined,
  });
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
