import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { inputError } from '../core/diagnostic.ts';
import { runLocal } from '../transport/run-local.ts';
import type { ConnectionFlags } from './flags.ts';

/** Seconds; a password manager may ask a person. */
const DEADLINE = 120;

/** Takes the passwords of Ansible's vault from where the flags say, or else ANSIBLE_VAULT_PASSWORD_FILE; only when they are needed, and once. */
export function vaultPasswords({ vaultPasswordFile = [] }: ConnectionFlags): () => Promise<readonly string[]> {
  const named = process.env.ANSIBLE_VAULT_PASSWORD_FILE;
  const files = vaultPasswordFile.length > 0 ? vaultPasswordFile : named ? [named] : [];
  let taken: Promise<readonly string[]> | undefined;
  return () => {
    taken ??= Promise.all(files.map(passwordOf));
    return taken;
  };
}

/** A file holds the password; a program prints it, as Ansible has it. */
async function passwordOf(file: string): Promise<string> {
  try {
    const isProgram = ((await stat(file)).mode & 0o111) !== 0;
    const password = (isProgram ? await printed(resolve(file)) : await readFile(file, 'utf8')).trim();
    if (password !== '') return password;
  } catch (error) {
    throw inputError(
      `can't take the vault password from ${file}: ${error instanceof Error ? error.message : String(error)}`,
      'name a file with the password, or a program that prints it',
    );
  }
  throw inputError(
    `the vault password from ${file} is empty`,
    'name a file with the password, or a program that prints it',
  );
}

async function printed(program: string): Promise<string> {
  const { code, stdout, stderr } = await runLocal([program], DEADLINE);
  if (code === 0) return stdout;
  throw new Error(`exit code ${code}: ${stderr.trim()}`);
}
