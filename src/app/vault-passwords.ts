import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { causeText } from '../core/cause-text.ts';
import { InputError, inputError } from '../core/diagnostic.ts';
import { mustBeTrusted, readTrusted } from '../local/trust.ts';
import { runLocal } from '../transport/run-local.ts';
import { ask } from './ask.ts';
import { PROMPT, sourceOf, type VaultFlags } from './options.ts';

/** Seconds; a password manager may ask a person. */
const DEADLINE = 120;

/** Takes the passwords from where the flags say, or else ANSIBLE_VAULT_PASSWORD_FILE; only when they are needed, and once. */
export function vaultPasswords(flags: VaultFlags): () => Promise<readonly string[]> {
  const { vaultPasswordFile = [], vaultId = [], askVaultPass } = flags;
  const given = [...vaultPasswordFile, ...vaultId];
  const named = process.env.ANSIBLE_VAULT_PASSWORD_FILE;
  const ids = given.length > 0 || askVaultPass || !named ? given : [named];
  let taken: Promise<readonly string[]> | undefined;
  return () => {
    taken ??= allOf(askVaultPass ? [...ids, PROMPT] : ids);
    return taken;
  };
}

/** One after the other: several may ask. */
async function allOf(ids: readonly string[]): Promise<readonly string[]> {
  const all: string[] = [];
  for (const id of ids) {
    const source = sourceOf(id);
    all.push(
      await (source === PROMPT ? ask(`vault password${id === PROMPT ? '' : ` (${id})`}: `) : passwordOf(source)),
    );
  }
  return all;
}

const TODO = 'name a file with the password, or a program that prints it';

/** A file holds the password; a program prints it, as Ansible has it. Whoever can write either decides what a run decrypts, and what it runs. */
async function passwordOf(file: string): Promise<string> {
  try {
    const found = await stat(file);
    const isProgram = found.isFile() && (found.mode & 0o111) !== 0;
    if (isProgram) mustBeTrusted(file, found);
    const password = (isProgram ? await printed(resolve(file)) : (await readTrusted(file)).toString('utf8')).trim();
    if (password !== '') return password;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw inputError(`can't take the vault password from ${file}: ${causeText(error)}`, TODO);
  }
  throw inputError(`the vault password from ${file} is empty`, TODO);
}

async function printed(program: string): Promise<string> {
  const { code, stdout, stderr } = await runLocal([program], DEADLINE);
  if (code === 0) return stdout;
  throw new Error(`exit code ${code}: ${stderr.trim()}`);
}
