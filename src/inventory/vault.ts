import { createDecipheriv, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';

/** What ansible-vault writes: `$ANSIBLE_VAULT;1.1;AES256`, or `1.2` with a label behind, and then hex digits. */
const VAULT = /^\s*\$ANSIBLE_VAULT;1\.[12];AES256(?:;[^\r\n]*)?\r?\n([\da-fA-F\s]+)$/;

export const isVault = (text: string): boolean => VAULT.test(text);

/**
 * The text that a vault holds; undefined where none of the passwords is its own, or it is damaged. By node's own
 * cryptography: it has all that the format needs (PBKDF2, HMAC, AES in counter mode), and no library does it better.
 * https://docs.ansible.com/ansible/latest/vault_guide/vault_using_encrypted_content.html#ansible-vault-payload-format-1-1-1-2
 */
export function decrypted(vault: string, passwords: readonly string[]): string | undefined {
  const digits = VAULT.exec(vault)?.[1]?.replace(/\s/g, '') ?? '';
  const parts = Buffer.from(digits, 'hex').toString('latin1').split('\n');
  const [salt, mac, sealed] = parts.map((part) => Buffer.from(part, 'hex'));
  if (!salt || !mac || !sealed || mac.length !== MAC_BYTES) return undefined;
  for (const password of passwords) {
    const derived = pbkdf2Sync(password, salt, 10_000, 80, 'sha256');
    const own = createHmac('sha256', derived.subarray(32, 64)).update(sealed).digest();
    if (timingSafeEqual(own, mac)) return opened(sealed, derived);
  }
  return undefined;
}

/** For the user who gave none, or the wrong one. */
export const GIVE_PASSWORD = 'give it by --vault-password-file FILE, --ask-vault-pass or ANSIBLE_VAULT_PASSWORD_FILE';

const MAC_BYTES = 32;

function opened(sealed: Buffer, derived: Buffer): string {
  const decipher = createDecipheriv('aes-256-ctr', derived.subarray(0, 32), derived.subarray(64, 80));
  const padded = Buffer.concat([decipher.update(sealed), decipher.final()]);
  return padded.subarray(0, padded.length - (padded.at(-1) ?? 0)).toString('utf8');
}
