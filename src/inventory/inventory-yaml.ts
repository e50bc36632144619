import { type Diagnostic, InputError } from '../core/diagnostic.ts';
import { parseYaml, type YamlDocument } from '../core/yaml.ts';
import { VALUE_TAGS } from './value.ts';

/** Enough for some 50,000 hosts. */
export const MAX_BYTES = 8 * 1024 * 1024;

/** Ansible's own reader is one of YAML 1.1: what it takes for true or for an octal number must be so here. */
const YAML = { maxBytes: MAX_BYTES, version: '1.1', tags: VALUE_TAGS } as const;

/** A YAML file of an inventory; undefined where it holds nothing but comments. @throws InputError */
export function readYaml(bytes: Uint8Array, file: string): YamlDocument | undefined {
  refuseVault(bytes, file);
  return isBlank(bytes) ? undefined : parseYaml(bytes, file, YAML);
}

/** A whole file that Ansible's vault has encrypted begins so. */
export const isVaultFile = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes.subarray(0, 15)).equals(Buffer.from('$ANSIBLE_VAULT;'));

/** Hosts and groups are no secrets; only files of variables are decrypted (vars-folders.ts). */
export function refuseVault(bytes: Uint8Array, file: string): void {
  if (!isVaultFile(bytes)) return;
  const message = "an inventory that Ansible's vault has encrypted as a whole can't be read";
  const at = { file, line: 1, column: 1 };
  const todo = 'decrypt it, and keep what is secret in group_vars/ or host_vars/: files of variables are decrypted';
  throw new InputError([{ severity: 'error', message, at, todo }]);
}

/** Line by line: an expression over the whole text has 2^n ways to cut a banner of `#` into comments, and tries them all. */
const isBlank = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes)
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .split(/[\r\n]/)
    .every((line) => BLANK_LINE.test(line));

/** White space, a document's marker, a comment. */
const BLANK_LINE = /^(?:(?:---|\.\.\.)(?=\s|$))?\s*(?:#|$)/;

/** What `work` gives, undefined where it throws InputError: its findings are then among `findings`. */
export function collecting<T>(findings: Diagnostic[], work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    findings.push(...error.diagnostics);
    return undefined;
  }
}
