import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import ssh2, { type Connection, type PublicKeyAuthContext, type ServerChannel } from 'ssh2';
import type { SimHost } from './host.ts';

const { Server, utils } = ssh2;

/** OpenSSH's forms of an ed25519 key pair. */
export interface KeyPair {
  readonly private: string;
  readonly public: string;
}

export const newKeyPair = (): KeyPair => utils.generateKeyPairSync('ed25519');

/** The SSH server of one simulated host, on a port of 127.0.0.1: runs commands, for who has the key; no terminals, no forwarding. */
export class Sshd {
  readonly port: number;
  readonly #server: InstanceType<typeof Server>;
  readonly #connections: Set<Connection>;

  private constructor(server: InstanceType<typeof Server>, connections: Set<Connection>) {
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
    this.#connections = connections;
  }

  static async start(host: SimHost, hostKey: KeyPair, userKey: KeyPair): Promise<Sshd> {
    const connections = new Set<Connection>();
    const server = new Server({ hostKeys: [hostKey.private] }, (connection) => {
      connections.add(connection);
      connection.on('close', () => connections.delete(connection));
      connection.on('error', () => {}); // a client that goes away in the middle closes it, too
      connection.on('authentication', (context) => {
        if (context.username === 'root' && context.method === 'publickey' && isSigned(context, userKey))
          context.accept();
        else context.reject(['publickey']);
      });
      connection.on('session', (accept) => {
        accept().on('exec', (acceptExec, _reject, { command }) => serve(host, command, acceptExec()));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Sshd(server, connections);
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const connection of this.#connections) connection.end();
    await closed;
  }
}

/** A client first asks whether a key would do, and then comes with a signature. */
function isSigned({ key, blob, signature, hashAlgo }: PublicKeyAuthContext, { public: ours }: KeyPair): boolean {
  const parsed = utils.parseKey(ours);
  if (parsed instanceof Error || !parsed.getPublicSSH().equals(key.data)) return false;
  return signature === undefined || blob === undefined || parsed.verify(blob, signature, hashAlgo) === true;
}

function serve(host: SimHost, command: string, channel: ServerChannel): void {
  const child = host.start(command);
  channel.pipe(child.stdin);
  child.stdin.on('error', () => {}); // it need not read all
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  child.once('close', (code, signal) => {
    if (signal) channel.exit(signal.replace('SIG', ''));
    else channel.exit(code ?? 255);
    channel.end();
  });
  channel.once('close', () => {
    const running = child.exitCode === null && child.signalCode === null;
    if (running && child.pid !== undefined) process.kill(-child.pid, 'SIGHUP');
  });
}
