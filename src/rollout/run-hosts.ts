import type { Reason } from '../core/event.ts';
import type { Host } from '../core/inventory.ts';
import { ChangeLog } from '../engine/change-log.ts';
import { failureOf } from '../engine/failure.ts';
import { HostLink } from '../engine/host-link.ts';
import { HostLinks } from '../engine/host-links.ts';
import { HostState } from '../engine/host-state.ts';
import { countsAsFailure } from './budget.ts';
import type { PlannedPlay } from './rollout-plan.ts';
import type { RolloutRunner } from './rollout-runner.ts';

/** The hosts of a run, in the order in which its plays select them. */
export class RunHosts {
  readonly #runner: RolloutRunner;
  readonly #states = new Map<string, HostState>();
  /** The last play that each host is in. */
  readonly #lastPlays = new Map<string, PlannedPlay>();
  readonly #begun = new Map<PlannedPlay, Set<string>>();
  readonly #finished = new Set<HostState>();
  /** How many hosts were left out because the run stopped. */
  leftOut = 0;

  constructor(runner: RolloutRunner, plays: readonly PlannedPlay[]) {
    this.#runner = runner;
    for (const play of plays) for (const host of play.hosts) this.#select(host, play);
  }

  get all(): readonly HostState[] {
    return [...this.#states.values()];
  }

  get failed(): readonly HostState[] {
    return this.all.filter((state) => countsAsFailure(state.outcome().status));
  }

  of(hosts: readonly Host[]): readonly HostState[] {
    return hosts.flatMap(({ name }) => this.#states.get(name) ?? []);
  }

  stillIn(hosts: readonly Host[]): readonly HostState[] {
    return this.of(hosts).filter(({ end }) => end === undefined);
  }

  /** A host's turn in a play has come. */
  begin(state: HostState, play: PlannedPlay): void {
    state.started = true;
    this.#begun.set(play, (this.#begun.get(play) ?? new Set()).add(state.name));
  }

  hasBegun(name: string, play: PlannedPlay): boolean {
    return this.#begun.get(play)?.has(name) === true;
  }

  /** True where no play follows for this host. */
  isLast({ name }: HostState, play: PlannedPlay): boolean {
    return this.#lastPlays.get(name) === play;
  }

  /** A host whose turn does not come any more. */
  leaveOut(state: HostState, reason: Reason): void {
    if (state.end !== undefined) return;
    state.end = { status: 'interrupted', reason };
    this.leftOut += 1;
  }

  /** Closes its connections and tells its outcome, once. */
  async finish(state: HostState): Promise<void> {
    if (this.#finished.has(state)) return;
    this.#finished.add(state);
    try {
      await state.links.close();
    } catch (error) {
      state.end ??= failureOf(error);
    }
    await this.#runner.stream.tell({ type: 'host.finished', outcome: state.outcome() });
  }

  #select(host: Host, play: PlannedPlay): void {
    this.#lastPlays.set(host.name, play);
    if (this.#states.has(host.name)) return;
    const { connect, becomes, stop, stream, memoryOf, approval, machines, typeOf } = this.#runner;
    const links = new HostLinks((become) => new HostLink(() => connect(host, become), stop), becomes(host));
    const { memory, changes } = memoryOf(host.name);
    const state = new HostState(host, links, new ChangeLog(stream, changes, machines.of(host.name)), memory, typeOf);
    state.end = approval?.endOf(host.name);
    this.#states.set(host.name, state);
  }
}
