import type { ConnectionOptions } from '../core/connection-options.ts';
import { printable } from '../core/printable.ts';

/** What useradd takes as a name, and the dots and capitals that directories have. */
const USER_NAME = /^[A-Za-z_][A-Za-z0-9_.-]*\$?$/;
/** Beyond what ssh itself refuses: these reach a shell where ssh_config has a ProxyCommand with %h or %r. */
const SHELL_CHARACTERS = /[`'"$;&<>|(){}*?!\\]/;

/** Why these options cannot name a host, in one sentence; undefined where they can. No process has been started when it speaks. */
export function refusalOf(options: ConnectionOptions): string | undefined {
  const { become } = options;
  if (become !== undefined && !USER_NAME.test(become.user))
    return `${quoted(become.user)} is not a user name (become_user)`;
  if (become?.password !== undefined && /[\n\0]/.test(become.password))
    return 'the become password holds a line break or NUL';
  if (!(options.connectTimeout > 0))
    return `the connect timeout must be more than 0 seconds, not ${options.connectTimeout}`;
  return options.kind === 'local' ? undefined : refusalOfSsh(options);
}

function refusalOfSsh({ address, user, privateKey, port, sshArgs }: ConnectionOptions): string | undefined {
  const named = { address, user, 'private key path': privateKey };
  for (const [what, value] of Object.entries(named)) {
    const why = value === undefined ? undefined : faultOf(value);
    if (why !== undefined) return `the ${what} ${quoted(value ?? '')} ${why}`;
  }
  const unquoted = SHELL_CHARACTERS.exec(`${address} ${user ?? ''}`);
  if (unquoted !== null) return `the address or user holds ${unquoted[0]}`;
  if (/[@/]/.test(address)) return `the address ${quoted(address)} holds @ or /; give a user as ansible_user or -u`;
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65536))
    return `the port ${port} is not a number from 1 to 65535`;
  return sshArgs.some((word) => word.includes('\0')) ? 'an ssh argument holds NUL' : undefined;
}

function faultOf(value: string): string | undefined {
  if (value === '') return 'is empty';
  if (value.startsWith('-')) return 'begins with -, which ssh would take as an option';
  return /[\s\p{Cc}]/u.test(value) ? 'holds white space or control characters' : undefined;
}

const quoted = (text: string): string => JSON.stringify(printable(text).slice(0, 120));
