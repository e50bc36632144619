import type { Diagnostic } from '../core/diagnostic.ts';
import type { JsonObject } from '../core/json.ts';
import { type Play, type Step, stepsOf } from '../core/playbook.ts';
import { counted, duration } from '../reporters/wording.ts';
import { wavesOf } from '../rollout/batches.ts';

/** What `unwedge run` takes where neither -f nor the play says otherwise. */
const FORKS = 25;

/** How long a play may take by the deadlines of its steps, in seconds. Further items of loops, and waits for people, come on top. */
export interface WorstCase {
  readonly play: string;
  readonly at: NonNullable<Diagnostic['at']>;
  /** One host, from its first step to its last handler. */
  readonly host: number;
  /** All hosts, batch by batch; undefined where no inventory tells them. */
  readonly all:
    | { readonly hosts: number; readonly batches: number; readonly forks: number; readonly seconds: number }
    | undefined;
  /** Steps that count as one item here, and are done for each. */
  readonly loops: number;
}

/** @param hosts how many the play selects; undefined where that is not known */
export function worstCase(play: Play, hosts: number | undefined): WorstCase {
  const steps = [...stepsOf(play.steps), ...play.handlers];
  const host = secondsOf(steps);
  return {
    ...{ play: play.name, at: play.at, host, loops: steps.filter(({ loop }) => loop !== undefined).length },
    all: hosts === undefined ? undefined : fleet(play, host, hosts),
  };
}

function fleet({ rollout, health }: Play, host: number, hosts: number): NonNullable<WorstCase['all']> {
  const waves = wavesOf(Array.from({ length: hosts }), rollout.serial);
  const largest = waves.reduce((most, { length }) => Math.max(most, length), 1);
  const forks = Math.min(FORKS, rollout.forks ?? FORKS, largest);
  // Health is asked before and after each batch.
  const each = host + 2 * secondsOf(stepsOf(health));
  const seconds = waves.reduce((sum, { length }) => sum + Math.ceil(length / forks) * each + rollout.soak, 0);
  return { hosts, batches: waves.length, forks, seconds };
}

const secondsOf = (steps: readonly Step[]): number => steps.reduce((sum, step) => sum + stepSeconds(step), 0);

/** Each request has the deadline: a look; where the step changes something also the change, and the look after it. */
function stepSeconds({ type, deadline, retry }: Step): number {
  const once = deadline * (type.onlyLooks === true ? 1 : 3);
  return once + (retry?.retries ?? 0) * (once + (retry?.delay ?? 0));
}

/** For people, one line. */
export function worstCaseLine({ play, at, host, all, loops }: WorstCase): string {
  const time = (seconds: number) => duration(seconds * 1000);
  const fleet = all && `; ${counted(all.hosts, 'host')} in ${batches(all)} up to ${time(all.seconds)}`;
  const more = loops === 0 ? '' : `, and more for each further item of ${counted(loops, 'loop')}`;
  return `${at.file}:${at.line}: info: '${play}' may take up to ${time(host)} on a host${fleet ?? ''} by its steps' deadlines, one change each${more}`;
}

const batches = ({ batches, forks }: NonNullable<WorstCase['all']>): string =>
  `${counted(batches, 'batch').replace(/batchs$/, 'batches')}, ${forks} at a time,`;

/** For programs. */
export const worstCaseJson = ({ play, at, host, all, loops }: WorstCase): JsonObject => ({
  ...{ play, file: at.file, line: at.line, hostSeconds: host, loops },
  ...(all && { hosts: all.hosts, batches: all.batches, forks: all.forks, seconds: all.seconds }),
});
