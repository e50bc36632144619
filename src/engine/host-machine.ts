import { anotherMachine } from '../core/another-machine.ts';
import { compareMachines, type Machine } from '../core/machine.ts';
import type { Connection } from '../core/session.ts';
import type { EventStream } from './event-stream.ts';

/** What is known of the machines of a run's hosts from before. */
export interface KnownMachines {
  /** By host, as an earlier part of the run or its plan has found them; {}: it found nothing that tells them from others. */
  readonly machines: ReadonlyMap<string, Machine>;
  /** Hosts of which people have said, after a look, that the machine is the right one. */
  readonly forced: readonly string[];
}

/** Which machine a host is: each session must lead to the same one, wherever its name or address leads by now. */
export class HostMachine {
  /** People have said that the machine is the right one. */
  readonly isForced: boolean;
  readonly #host: string;
  /** As whoever made the host's changes has found it; undefined: nobody has been there. */
  #first: Machine | undefined;
  #known: Machine | undefined;
  #hasEntered = false;

  constructor(host: string, known: Machine | undefined, isForced: boolean) {
    this.#host = host;
    this.isForced = isForced;
    this.#first = known;
    this.#known = known;
  }

  /** True where this machine is certainly the one on which the host's changes were made. */
  isSame(machine: Machine | undefined): boolean {
    return compareMachines(this.#first, machine) === 'same';
  }

  /** Asked of each session before anything is done with it. @throws SessionError 'another-machine' */
  async enter(machine: Machine = {}, stream: EventStream): Promise<void> {
    const comparison = compareMachines(this.#known, machine);
    const isTrusted = this.isForced && !this.#hasEntered;
    if (typeof comparison === 'object' && !isTrusted) throw anotherMachine(this.#host, comparison.differs);
    const isNews = !this.#hasEntered || this.#known?.boot !== machine.boot;
    this.#hasEntered = true;
    this.#first ??= machine;
    // Another user of the host may not see all of it.
    this.#known = isTrusted ? machine : { ...this.#known, ...machine };
    if (isNews && Object.keys(machine).length > 0)
      await stream.tell({ type: 'host.identified', host: this.#host, machine });
  }
}

/** The machines of all hosts of a run. */
export class HostMachines {
  readonly #known: KnownMachines;
  readonly #hosts = new Map<string, HostMachine>();

  constructor(known: KnownMachines = { machines: new Map(), forced: [] }) {
    this.#known = known;
  }

  of(host: string): HostMachine {
    const { machines, forced } = this.#known;
    const machine = this.#hosts.get(host) ?? new HostMachine(host, machines.get(host), forced.includes(host));
    this.#hosts.set(host, machine);
    return machine;
  }

  /** The connection, once it is known to lead to the right machine; else it is closed. @throws SessionError */
  async enter(host: string, opened: Promise<Connection>, stream: EventStream): Promise<Connection> {
    const connection = await opened;
    try {
      await this.of(host).enter(connection.machine, stream);
    } catch (error) {
      await connection.close();
      throw error;
    }
    return connection;
  }
}
