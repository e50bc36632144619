import type { Become, ConnectionOptions } from '../core/connection-options.ts';
import { printable } from '../core/printable.ts';

/** What useradd takes as a name, with the dots and capitals that directories have. */
const USER_NAME = /^[A-Za-z_][A-Za-z0-9_.-]*\$?$/;
/** As OpenSSH 9.6 refuses them (ssh.c): ssh_config's ProxyCommand and Match exec hand host and user to a shell. */
const SHELL_CHARACTERS = { address: /['"`$\\;&<>|(){}]/, user: /['"`;&<>|(){}]|\\$/ };

/** Why these options cannot name a host, in one sentence; undefined where they can. Pure: nothing has been started when it speaks. */
export function refusalOf(options: ConnectionOptions): string | undefined {
  const { become, connectTimeout } = options;
  if (!(connectTimeout > 0)) return `the connect timeout must be more than 0 seconds, not ${connectTimeout}`;
  return (become && faultOfBecome(become)) ?? (options.kind === 'local' ? undefined : faultOfSsh(options));
}

function faultOfBecome({ user, password }: Become): string | undefined {
  if (!USER_NAME.test(user)) return `${quoted(user)} is not a user name (become_user)`;
  return password !== undefined && /[\n\0]/.test(password)
    ? 'the become password holds a line break or NUL'
    : undefined;
}

function faultOfSsh({ address, user, privateKey, port, sshArgs }: ConnectionOptions): string | undefined {
  const words = { address, user, 'private key path': privateKey };
  for (const [what, word] of Object.entries(words)) {
    const fault = word === undefined ? undefined : faultOfWord(word);
    if (fault !== undefined) return `the ${what} ${quoted(word ?? '')} ${fault}`;
  }
  if (SHELL_CHARACTERS.address.test(address))
    return `the address ${quoted(address)} holds a shell's special characters`;
  if (SHELL_CHARACTERS.user.test(user ?? ''))
    return `the user ${quoted(user ?? '')} holds a shell's special characters`;
  if (/[@/]/.test(address)) return `the address ${quoted(address)} holds @ or /; a user is given by ansible_user or -u`;
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65536))
    return `the port ${port} is not a whole number from 1 to 65535`;
  return sshArgs.some((word) => word.includes('\0')) ? 'an argument for ssh holds NUL' : undefined;
}

function faultOfWord(word: string): string | undefined {
  if (word === '') return 'is empty';
  if (word.startsWith('-')) return 'begins with -, which makes it an option of ssh';
  return /[\s\p{Cc}]/u.test(word) ? 'holds white space or control characters' : undefined;
}

const quoted = (text: string): string => `"${printable(text).slice(0, 120)}"`;
