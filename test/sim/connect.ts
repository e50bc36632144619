import type { Connection } from '../../src/core/session.ts';
import { type OpenOptions, openConnection } from '../../src/transport/open-connection.ts';
import type { Fleet } from './fleet.ts';

/** A session as root on a host of a fleet, by the real ssh client. */
export function connect(fleet: Fleet, name: string, how?: OpenOptions): Promise<Connection> {
  const [, ...args] = fleet.ssh(name);
  const options = { name, kind: 'ssh', address: '127.0.0.1', port: fleet.port(name), user: 'root' } as const;
  // Without port, user and address: those are options of their own.
  const sshArgs = args.slice(0, args.indexOf('-i'));
  const ssh = { ...options, privateKey: fleet.key, sshArgs, connectTimeout: 30, become: undefined };
  return openConnection(ssh, process.env, how);
}
