import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Transform } from 'node:stream';
import ssh2, { type Connection, type PublicKeyAuthContext, type ServerChannel } from 'ssh2';
import type { SimHost } from './host.ts';

const { Server, utils } = ssh2;

/** OpenSSH's forms of an ed25519 key pair. */
export interface KeyPair {
  readonly private: string;
  readonly public: string;
}

/** ssh2 writes one in some hundred of these in a form that it can't read itself. */
export function newKeyPair(): KeyPair {
  const pair = utils.generateKeyPairSync('ed25519');
  return utils.parseKey(pair.private) instanceof Error ? newKeyPair() : pair;
}

/** What happens to a connection: asked with each piece of data. `killed`: the host's sshd is ended with all that it serves. */
export type Fate = 'goes on' | 'cut' | 'killed';
export type Fault = (from: 'client' | 'host') => Fate;

/** The SSH server of one simulated host, on a port of 127.0.0.1: runs commands, for who has the key; no terminals, no forwarding. */
export class Sshd {
  readonly port: number;
  /** What goes wrong; nothing where it is undefined. */
  fault: Fault | undefined;
  readonly #server: InstanceType<typeof Server>;
  readonly #connections: Set<Connection>;

  private constructor(server: InstanceType<typeof Server>, connections: Set<Connection>) {
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
    this.#connections = connections;
  }

  static async start(host: SimHost, hostKey: KeyPair, userKey: KeyPair): Promise<Sshd> {
    const connections = new Set<Connection>();
    let sshd: Sshd | undefined;
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
        accept().on('exec', (acceptExec, _reject, { command }) =>
          serve(
            host,
            command,
            acceptExec(),
            faulty(connection, () => sshd?.fault),
          ),
        );
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    sshd = new Sshd(server, connections);
    return sshd;
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

/** The data of one side, up to where the connection ends. */
type Line = (from: 'client' | 'host', killed: () => void) => Transform;

const faulty =
  (connection: Connection, fault: () => Fault | undefined): Line =>
  (from, killed) =>
    new Transform({
      transform(chunk, _encoding, pass) {
        const fate = fault()?.(from) ?? 'goes on';
        if (fate === 'goes on') return pass(null, chunk);
        if (fate === 'killed') killed();
        connection.end();
      },
    });

function serve(host: SimHost, command: string, channel: ServerChannel, line: Line): void {
  const child = host.start(command);
  const killed = () => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  };
  channel.pipe(line('client', killed)).pipe(child.stdin);
  child.stdin.on('error', () => {}); // it need not read all
  child.stdout.pipe(line('host', killed)).pipe(channel, { end: false });
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
