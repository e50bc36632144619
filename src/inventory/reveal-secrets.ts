import { everyOne, InputError } from '../core/diagnostic.ts';
import type { Host } from '../core/inventory.ts';
import { type Secret, SHORTEST_SECRET, withValues } from '../core/secret.ts';
import { readTrusted } from '../local/trust.ts';
import type { RunProgram } from './program-inventory.ts';
import { decrypted, GIVE_PASSWORD } from './vault.ts';

/** Seconds; a password manager may ask a person. */
const DEADLINE = 120;
/** Shorter lines of a longer secret, such as a brace, are no secret of their own. */
const SHORTEST_LINE = 8;

/** Hosts with their secrets in place, and every text that must be shown nowhere. */
export interface Revealed {
  readonly hosts: readonly Host[];
  readonly values: readonly string[];
}

/** What Ansible's vault has encrypted. */
export interface VaultUse {
  readonly passwords: () => Promise<readonly string[]>;
  /** Whether anything reads this variable: what nothing reads stays encrypted, and masked. */
  readonly reads: (variable: string) => boolean;
}

const NO_VAULT: VaultUse = { passwords: async () => [], reads: () => true };

/**
 * Takes the secrets of these hosts from where they are kept, each place once, one after the other: a command may ask.
 * @throws InputError for every one that is not to be had, or too short to be kept out of sight.
 */
export async function revealSecrets(
  hosts: readonly Host[],
  run: RunProgram,
  vault: VaultUse = NO_VAULT,
): Promise<Revealed> {
  const all = hosts
    .flatMap((host) => host.secrets ?? [])
    .filter(({ path: [variable = ''], secret }) => secret.from !== 'vault' || vault.reads(variable))
    .map(({ secret }) => secret);
  const distinct = new Map(all.map((secret) => [keyOf(secret), secret]));
  const pairs = await everyOne(
    [...distinct],
    async ([key, secret]): Promise<[string, string]> => [key, kept(secret, await taken(secret, run, vault))],
  );
  const values = new Map(pairs);
  return { hosts: hosts.map((host) => withSecrets(host, values)), values: [...values.values()].flatMap(hidden) };
}

/** A text is known by where it stands, anything else by what is to be asked. */
const keyOf = ({ at, ...what }: Secret): string => JSON.stringify(what.from === 'text' ? at : what);

function withSecrets(host: Host, values: ReadonlyMap<string, string>): Host {
  const placed = (host.secrets ?? []).flatMap(({ path, secret }) => {
    const value = values.get(keyOf(secret));
    return value === undefined ? [] : [{ path, value }];
  });
  return placed.length === 0 ? host : { ...host, vars: withValues(host.vars, placed) };
}

/** A line of it may be shown without the others. */
const hidden = (value: string): string[] => [
  value,
  ...(value.includes('\n') ? value.split(/\r?\n/).filter((line) => line.trim().length >= SHORTEST_LINE) : []),
];

async function taken(secret: Secret, run: RunProgram, vault: VaultUse): Promise<string> {
  switch (secret.from) {
    case 'text':
      return secret.text();
    case 'env':
      return process.env[secret.name] ?? refuse(secret, `the environment variable ${secret.name} is not set`, 'set it');
    case 'file':
      return withoutLineEnd(
        await readTrusted(secret.path).then(
          (bytes) => bytes.toString('utf8'),
          (cause: unknown) => unreadable(secret, cause),
        ),
      );
    case 'command':
      return withoutLineEnd(await outputOf(secret, secret.argv, run));
    case 'vault':
      return fromVault(secret, secret.text, await vault.passwords());
    default:
      return secret satisfies never;
  }
}

function unreadable(secret: Extract<Secret, { from: 'file' }>, cause: unknown): never {
  const [why] = cause instanceof InputError ? cause.diagnostics : [];
  if (why !== undefined) return refuse(secret, why.message, why.todo ?? '');
  const said = cause instanceof Error ? cause.message : String(cause);
  return refuse(secret, `can't read the secret: ${said}`, 'check the path and its permissions');
}

async function outputOf(secret: Secret, argv: readonly string[], run: RunProgram): Promise<string> {
  const { code, stdout, stderr } = await run(argv, DEADLINE).catch((error: Error) =>
    refuse(secret, `can't take the secret from ${argv[0]}: ${error.message}`, 'run it by hand'),
  );
  if (code === 0) return stdout;
  return refuse(secret, `${argv[0]} gave no secret: exit code ${code}: ${stderr.trim()}`, 'run it by hand');
}

function fromVault(secret: Secret, text: string, passwords: readonly string[]): string {
  if (passwords.length === 0)
    return refuse(
      secret,
      "a value is used that Ansible's vault has encrypted, and there is no vault password",
      GIVE_PASSWORD,
    );
  return (
    decrypted(text, passwords) ?? refuse(secret, 'no vault password that was given decrypts this value', GIVE_PASSWORD)
  );
}

/** The same value. */
function kept(secret: Secret, value: string): string {
  if (value.length >= SHORTEST_SECRET) return value;
  const what = value === '' ? 'the secret is empty' : `the secret has less than ${SHORTEST_SECRET} characters`;
  return refuse(secret, `${what}; it could not be kept out of sight`, 'use a longer one');
}

const withoutLineEnd = (text: string): string => text.replace(/\r?\n$/, '');

function refuse({ at }: Secret, message: string, todo: string): never {
  throw new InputError([{ severity: 'error', message, at, todo }]);
}
