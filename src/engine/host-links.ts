import type { HostLink } from './host-link.ts';

/** A host's connections: the usual one, and one as the other user where a step's `become` asks for it. */
export class HostLinks {
  readonly usual: HostLink;
  readonly #open: (become: boolean | undefined) => HostLink;
  readonly #becomes: boolean;
  #other: HostLink | undefined;

  /**
   * `open`: undefined means as the host's variables and the command line say; `becomes`: whether that is another user than
   * the one who logs in.
   */
  constructor(open: (become: boolean | undefined) => HostLink, becomes: boolean) {
    this.usual = open(undefined);
    this.#open = open;
    this.#becomes = becomes;
  }

  /** The one that a step wants; undefined: it takes what there is. */
  as(become: boolean | undefined): HostLink {
    if (become === undefined || become === this.#becomes) return this.usual;
    this.#other ??= this.#open(become);
    return this.#other;
  }

  /** Gives up what was lost; the next use opens new ones. */
  async reset(): Promise<void> {
    await this.usual.reset();
    await this.#other?.reset();
  }

  async close(): Promise<void> {
    await this.#other?.close();
    await this.usual.close();
  }
}
