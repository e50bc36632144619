import { createHash } from 'node:crypto';
import type { HostScript } from '../core/host-script.ts';
import type { Connection, ReadOnlySession, Session } from '../core/session.ts';
import type { Journal } from '../journal/index.ts';
import { SESSION_SCRIPTS, standaloneText, textOf } from '../transport/script-store.ts';

/** Writes each script that a run sends to hosts into its journal, once: its path and the SHA-256 of its text. */
export class SentScripts {
  readonly #journal: Journal;
  readonly #told = new Set<string>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** The same ways to hosts. */
  over<To extends readonly unknown[]>(connect: (...to: To) => Promise<Connection>): typeof connect {
    return async (...to) => {
      for (const path of SESSION_SCRIPTS) await this.#text(path);
      return this.#recording(await connect(...to));
    };
  }

  /** The same texts, for what hosts keep of them. */
  get texts() {
    const standalone = async (script: HostScript, args: readonly string[]): Promise<string> => {
      await this.#note(script);
      return standaloneText(script, args);
    };
    return { text: (path: string) => this.#text(path), standalone };
  }

  async #text(path: string): Promise<string> {
    const text = await textOf(path);
    if (this.#told.has(path)) return text;
    this.#told.add(path);
    const sha256 = createHash('sha256').update(text).digest('hex');
    const event = { type: 'script.sent', at: new Date().toISOString(), path, sha256 } as const;
    // A journal that takes no more ends the run by itself, before its next change.
    await this.#journal.append(event).catch(() => {});
    return text;
  }

  async #note({ path, within, look }: HostScript): Promise<void> {
    for (const one of [path, within, look]) if (one !== undefined) await this.#text(one);
  }

  #recording(connection: Connection): Connection {
    const probing = (session: ReadOnlySession): ReadOnlySession => ({
      ...session,
      probe: async (script, args) => {
        await this.#note(script);
        return session.probe(script, args);
      },
    });
    const running = (session: Session): Session => ({
      ...probing(session),
      run: async (script, args) => {
        await this.#note(script);
        return session.run(script, args);
      },
    });
    return {
      ...{ host: connection.host, guard: connection.guard, machine: connection.machine },
      readOnly: (options) => probing(connection.readOnly(options)),
      readWrite: (options) => running(connection.readWrite(options)),
      lock: (holder) => connection.lock(holder),
      cancel: () => connection.cancel(),
      close: () => connection.close(),
    };
  }
}
