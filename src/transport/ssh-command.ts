import type { ConnectionOptions } from '../core/connection-options.ts';

/** The argv of an ssh that only prints its settings for one host (`-G`, OpenSSH 6.8 and later). */
export const settingsCommand = ({ address, port, user, sshArgs }: ConnectionOptions): readonly string[] => [
  'ssh',
  ...(port === undefined ? [] : ['-p', String(port)]),
  ...(user === undefined ? [] : ['-l', user]),
  ...sshArgs,
  ...['-G', '--', address],
];

/** The argv of ssh for one host. What must hold comes before the user's words, for ssh takes the first value of an option. */
export function sshCommand(options: ConnectionOptions, remote: string): readonly string[] {
  const { port, user, privateKey, sshArgs, address, connectTimeout } = options;
  const settings = [
    'BatchMode=yes',
    `ConnectTimeout=${Math.ceil(connectTimeout)}`,
    'ServerAliveInterval=15',
    'ServerAliveCountMax=3',
    'ControlMaster=no',
    'ControlPath=none',
    // From the user's ssh_config, these would take ports for each host, or the place of our command.
    'ClearAllForwardings=yes',
    'RemoteCommand=none',
  ];
  return [
    ...['ssh', '-T', '-x'],
    ...settings.flatMap((setting) => ['-o', setting]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(privateKey === undefined ? [] : ['-i', privateKey]),
    ...sshArgs,
    // A reason must be told even where ssh_config says QUIET.
    ...['-o', 'LogLevel=INFO', '--', address, remote],
  ];
}
