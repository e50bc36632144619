import { journalMissing } from '../core/another-machine.ts';
import type { EventOf, RunEvent } from '../core/event.ts';
import type { HostLog, Intent, Verdict } from '../core/host-log.ts';
import { applyScript, type ScriptResult } from '../core/host-script.ts';
import { records } from '../core/records.ts';
import type { Session } from '../core/session.ts';
import { StepError } from '../core/step-type.ts';
import { hostWord } from './host-word.ts';
import { logLine, undosIn } from './log.ts';
import { type Standalone, undoText } from './undo-text.ts';

/** Exit codes of around-change.sh: the change's own script was not run. */
const NOT_BEGUN = 118;
const NOT_WRITTEN = 119;
/** Of around-undo.sh: the host has no journal of the run; the undo's own script was not run. */
const NO_JOURNAL = 117;

const begin = applyScript('hostlog/apply-begin.sh');
const confirm = applyScript('hostlog/apply-confirm.sh');
/** What stands beside the changes, by name. */
const BESIDE = ['hostlog/undo.sh', 'hostlog/plan.sh', 'hostlog/arm.sh', 'hostlog/deadman.sh', 'hostlog/prune.sh'];

export interface HostLogParts {
  readonly run: string;
  /** Hosts may have other names today than in the run. */
  readonly isRenamed?: boolean;
  /** The run's first event, for whoever finds the journal on the host: without secrets and other hosts. */
  readonly started: EventOf<'run.started'>;
  /** As whom the run may work on a host, null: as who logs in. Each account there has a journal of its own, which names the others. */
  readonly accountsOf: (host: string) => readonly (string | null)[];
  /** Takes secrets out of an event, as before the controller's journal. */
  readonly clean: (event: RunEvent) => RunEvent;
  readonly standalone: Standalone;
  /** The text of a host script, by its path below src/. */
  readonly text: (path: string) => Promise<string>;
}

/** The hosts' own journals of one run, below /var/lib/unwedge/runs (below ~/.unwedge for others than root). */
export function hostLog({
  run,
  isRenamed = false,
  started,
  accountsOf,
  clean,
  standalone,
  text,
}: HostLogParts): HostLog {
  const begun = new Set<string>();
  /** Which journal must be there. */
  const wanted = (mustKnow: boolean): string => (mustKnow ? (isRenamed ? 'any' : 'own') : 'none');

  async function beginOn(session: Session): Promise<void> {
    const beside = await Promise.all(BESIDE.map(async (path) => [nameOf(path), (await text(path)).trimEnd()]));
    accepted(
      await session.run(begin, [
        run,
        hostWord(session),
        JSON.stringify({ ...clean({ ...started, hosts: [] }), accounts: accountsOf(session.host) }),
        ...beside.flat(),
        ...(session.machine === undefined ? [] : ['machine', JSON.stringify(session.machine)]),
      ]),
    );
    begun.add(session.host);
  }

  return {
    changing: (session, intent) => ({
      ...session,
      async run(script, args = []) {
        if (!begun.has(session.host)) await beginOn(session);
        const words = [run, hostWord(session), ...(await wordsOf(cleaned(intent, clean), run, standalone)), ...args];
        const attempt = () => session.run({ ...script, within: 'hostlog/around-change.sh' }, words);
        const first = await attempt();
        // Another user's journal, as a step's own `become` makes it one.
        if (first.code === NOT_BEGUN) await beginOn(session);
        return accepted(first.code === NOT_BEGUN ? await attempt() : first);
      },
    }),
    undoing: (session, { seqs, again, deadline, mustKnow }) => ({
      ...session,
      async run(script, args = []) {
        const which = [seqs.join(' '), again.join(' ')];
        const words = [run, hostWord(session), ...which, String(deadline), wanted(mustKnow), ...args];
        const result = await session.run({ ...script, within: 'hostlog/around-undo.sh' }, words);
        if (result.code === NO_JOURNAL) throw journalMissing(session.host);
        return result;
      },
    }),
    looking: (session, { seqs, mustKnow }) => ({
      ...session,
      async probe(script, args = []) {
        const words = [run, hostWord(session), seqs.join(' '), wanted(mustKnow), ...args];
        const result = await session.probe({ ...script, within: 'hostlog/around-look.sh' }, words);
        if (result.code === NO_JOURNAL) throw journalMissing(session.host);
        return result;
      },
    }),
    confirm: async (session) => verdictOf(await session.run(confirm, [run, hostWord(session)])),
  };
}

const wordsOf = async (intent: Intent, run: string, standalone: Standalone): Promise<readonly string[]> => [
  ...[String(intent.event.seq), String(intent.deadline), String(intent.confirmWithin)],
  (await undoText(intent, run, standalone)).trimEnd(),
];

function cleaned(intent: Intent, clean: HostLogParts['clean']): Intent {
  const event = clean(intent.event);
  if (event.type !== 'change.applying') throw new Error('an event has become another one');
  return { ...intent, event };
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The same result. @throws StepError where the host could not write it down: nothing was done. */
function accepted(result: ScriptResult): ScriptResult {
  if (result.code !== NOT_WRITTEN && result.code !== NOT_BEGUN) return result;
  throw new StepError(result.stderr.trim(), {
    drifted: true,
    todo: 'the host itself must be able to take a change back: make room for it there, or see what it says',
  });
}

function verdictOf({ stdout }: ScriptResult): Verdict {
  const [[word] = [], ...lines] = records(stdout);
  const known = word === 'confirmed' || word === 'fired' ? word : 'unarmed';
  return { switch: known, undone: undosIn(lines.map(logLine)) };
}
