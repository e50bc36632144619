import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { NAMESPACES, ordinaryUser, unshared } from './available.ts';
import { type Personality, personalityText } from './docker/personality.ts';

export interface Finished {
  readonly stdout: string;
  readonly stderr: string;
  /** The exit status; 128 and the signal's number where a signal ended it. */
  readonly code: number;
}

/** What a scenario says about the host it has wedged; lists are separated by blanks. */
export type Facts = Readonly<Record<string, string>>;

/** What sshd gives a login; nothing of the machine's environment. */
const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  USER: 'root',
  LOGNAME: 'root',
  SHELL: '/bin/sh',
};

/** A simulated host that is up: it has namespaces, mounts and processes of its own, and ends with this process or before. */
export class SimHost {
  readonly name: string;
  readonly personality: Personality;
  /** Its init, as the machine counts. */
  readonly init: number;
  readonly #process: ChildProcess;

  private constructor(name: string, personality: Personality, init: number, process: ChildProcess) {
    this.name = name;
    this.personality = personality;
    this.init = init;
    this.#process = process;
  }

  /**
   * @param directory of a fleet, with boot.sh, programs/, docker/ and root/
   * @throws what boot.sh said, when the host does not come up
   */
  static async boot(directory: string, name: string, personality: Personality): Promise<SimHost> {
    const [program = '', ...args] = unshared([
      'sh',
      `${directory}/boot.sh`,
      directory,
      name,
      personalityText(personality),
    ]);
    const process = spawn(program, args, { cwd: '/', env: ENVIRONMENT, ...ordinaryUser });
    const stderr = textOf(process.stderr);
    const said: string[] = [];
    for await (const line of createInterface({ input: process.stdout })) {
      said.push(line);
      if (line === 'up') break;
    }
    const init = Number(said.find((line) => line.startsWith('init '))?.slice('init '.length));
    if (said.at(-1) !== 'up') throw new Error(`the simulated host ${name} did not come up: ${await stderr}`);
    return new SimHost(name, personality, init, process);
  }

  /** Starts a command line of sh in /root, as root, as sshd does for a login. In a process group of its own. */
  start(command: string): ChildProcessWithoutNullStreams {
    const enter = ['-t', String(this.init), ...NAMESPACES, '--preserve-credentials'];
    const login = ['/bin/sh', '-c', 'cd; exec "$SHELL" -c "$0"', command];
    return spawn('nsenter', [...enter, '--', ...login], {
      cwd: '/',
      env: ENVIRONMENT,
      detached: true,
      ...ordinaryUser,
    });
  }

  /** Runs a command line to its end, directly and not over ssh. */
  async exec(command: string, stdin = ''): Promise<Finished> {
    const child = this.start(command);
    child.stdin.on('error', () => {}); // it may not want it
    child.stdin.end(stdin);
    const [stdout, stderr, [code, signal]] = await Promise.all([
      textOf(child.stdout),
      textOf(child.stderr),
      once(child, 'close'),
    ]);
    return { stdout, stderr, code: code ?? 128 + (signal === 'SIGKILL' ? 9 : 15) };
  }

  /** What a command line prints, trimmed. @throws where it fails, with what it said */
  async tell(command: string): Promise<string> {
    return succeeded(command, await this.exec(command)).trim();
  }

  /** Everything that a dry run must not change, as text; equal twice in a row on an idle host. */
  async snapshot(): Promise<string> {
    return succeeded('snapshot', await this.exec('/sim/programs/snapshot'));
  }

  /**
   * Wedges a host that has no containers; `wedge` of docker/, without arguments, lists the scenarios.
   * @throws when the host did not end up wedged, with what was seen
   */
  async wedge(scenario: string): Promise<Facts> {
    const lines = succeeded(`wedge ${scenario}`, await this.exec(`/sim/docker/wedge ${scenario}`)).split('\n');
    const split = lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
    return Object.fromEntries(split.filter(([key]) => key !== ''));
  }

  /** Ends it and all of its processes. */
  async close(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.stdin?.end();
    await ended;
  }
}

function succeeded(what: string, { stdout, stderr, code }: Finished): string {
  if (code !== 0) throw new Error(`${what} exited with ${code}: ${stderr.trim() || stdout.trim()}`);
  return stdout;
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  stream.setEncoding('utf8');
  for await (const part of stream) text += part;
  return text;
}
