import { DRIFTED, type HostScript, type ScriptResult } from '../../src/core/host-script.ts';
import type { LockHolder } from '../../src/core/lock.ts';
import { type Connection, type ReadOnlySession, type Session, SessionError } from '../../src/core/session.ts';

export interface Request {
  readonly script: string;
  readonly args: readonly string[];
  readonly deadline: number;
}

/** Stands between the runner and the host: does the request, or something worse. */
export type Weather = (request: Request, act: () => ScriptResult) => ScriptResult | Promise<ScriptResult>;

const fine: Weather = (_, act) => act();
const answer = (stdout: string, code = 0): ScriptResult => ({ code, stdout, stderr: '', truncated: false });

/** A host of files and of what daemons have loaded of them. Undefined: no such file. */
export class FakeHost {
  readonly name: string;
  readonly files = new Map<string, string>();
  /** What the last activation of each unit saw. */
  readonly loaded = new Map<string, string>();
  readonly requests: string[] = [];
  weather: Weather = fine;
  connects = 0;
  closes = 0;
  /** Another run that holds its lock. */
  heldBy: LockHolder | undefined;
  refuseConnection: SessionError | undefined;
  /** Against the contract: close never rejects. */
  refuseClose: Error | undefined;
  readonly #onRequest: (text: string) => void;
  #cancel: ((error: SessionError) => void) | undefined;

  constructor(name: string, files: Record<string, string> = {}, onRequest: (text: string) => void = () => {}) {
    this.name = name;
    this.#onRequest = onRequest;
    for (const [key, value] of Object.entries(files)) this.files.set(key, value);
  }

  /** `become`: as the runner asks for it; requests over that connection are told with it. */
  async connect(become?: boolean): Promise<Connection> {
    this.connects += 1;
    if (this.refuseConnection !== undefined) throw this.refuseConnection;
    return {
      host: this.name,
      readOnly: ({ deadline }) => this.#readOnly(deadline, become),
      readWrite: ({ deadline }) => this.#readWrite(deadline, become),
      lock: async (holder) => (this.heldBy?.run === holder.run ? undefined : this.heldBy),
      cancel: () => this.#cancel?.(new SessionError('cancelled', `${this.name}: ended`)),
      close: async () => {
        this.closes += 1;
        if (this.refuseClose !== undefined) throw this.refuseClose;
      },
    };
  }

  #readOnly(deadline: number, become: boolean | undefined): ReadOnlySession {
    return { host: this.name, probe: (script, args) => this.#request(script, args ?? [], deadline, become) };
  }

  #readWrite(deadline: number, become: boolean | undefined): Session {
    const run: Session['run'] = (script, args) => this.#request(script, args ?? [], deadline, become);
    return { ...this.#readOnly(deadline, become), run };
  }

  async #request(
    script: HostScript,
    args: readonly string[],
    deadline: number,
    become: boolean | undefined,
  ): Promise<ScriptResult> {
    const user = become === undefined ? '' : become ? 'root@' : 'login@';
    const text = [`${user}${this.name}:`, script.path, ...args].join(' ');
    this.requests.push(text);
    this.#onRequest(text);
    const request = { script: script.path, args, deadline };
    return new Promise<ScriptResult>((resolve, reject) => {
      this.#cancel = reject;
      Promise.resolve()
        .then(() => this.weather(request, () => this.#perform(request)))
        .then(resolve, reject);
    });
  }

  #perform({ script, args }: Request): ScriptResult {
    const [key = '', from = '', to = ''] = args;
    const value = this.files.get(key) ?? '';
    switch (script) {
      case 'get':
        return answer(value);
      case 'stale':
        return answer(this.loaded.get(key) === this.#all() ? 'no' : 'yes');
      case 'activate':
        this.loaded.set(key, this.#all());
        return answer('');
      case 'hostlog/probe-undo.sh':
        return answer('');
      case 'set':
      case 'would-set':
        if (value === to) return answer('');
        if (value !== from) return answer('', DRIFTED);
        if (script === 'would-set') return answer('');
        this.put(key, to);
        return answer('');
      default:
        throw new Error(`the fake host has no script ${script}`);
    }
  }

  put(key: string, value: string): void {
    if (value === '') this.files.delete(key);
    else this.files.set(key, value);
  }

  #all(): string {
    return JSON.stringify([...this.files].sort());
  }
}

/** The weather that lets all requests pass but those of `script` (with `args` beginning so), which meet `fault`. */
export const onScript =
  (script: string, fault: Weather, ...args: readonly string[]): Weather =>
  (request, act) =>
    request.script === script && args.every((arg, i) => request.args[i] === arg) ? fault(request, act) : act();
