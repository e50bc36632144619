import type { Change } from '../core/change.ts';
import type { EventOf, Recap, RunEvent, RunMode } from '../core/event.ts';
import type { Finding, Severity } from '../core/finding.ts';
import { Findings } from '../core/findings.ts';
import { findingBlock, findingLine, onScreen } from './finding-lines.ts';
import { MadeChanges } from './made-changes.ts';
import { type RecapView, recapLines } from './recap.ts';
import type { ReporterOptions } from './reporter.ts';
import { illnessLine } from './rollout-lines.ts';
import { type Item, sameHosts, sameItems } from './same-hosts.ts';
import type { Style } from './style.ts';
import type { FileChange } from './unified-diff.ts';
import { counted, hostList, oneLine, reasonLine } from './wording.ts';

/** What a run's end tells, gathered from its events: planned changes (check), diffs, notes, recap. */
export class Summary {
  readonly #planned = new Map<string, Change[]>();
  readonly #notes = new Map<string, string[]>();
  readonly #findings = new Findings();
  readonly #made = new MadeChanges();
  #run: Pick<RecapView, 'mode' | 'run' | 'of'> = { mode: 'run', run: '' };
  #recap: Recap | undefined;

  add(event: RunEvent): void {
    this.#made.add(event);
    switch (event.type) {
      case 'run.started':
        this.#run = event;
        break;
      case 'step.planned':
        this.#findings.add(event);
        append(this.#planned, event.host, event.changes);
        // Later steps see the same things again.
        append(
          this.#notes,
          event.host,
          event.notes.filter((note) => !this.#notes.get(event.host)?.includes(note)),
        );
        break;
      case 'batch.health':
        // What counts is its host's reason in the recap.
        if (event.moment === 'before')
          for (const ill of event.ill) append(this.#notes, ill.host, [illnessLine(event.moment, ill)]);
        break;
      case 'step.finished':
        if (event.tolerated !== undefined) append(this.#notes, event.host, [toleratedNote(event)]);
        break;
      case 'run.finished':
        this.#recap = event.recap;
        break;
      default: // The rest is told while it happens.
    }
  }

  get mode(): RunMode {
    return this.#run.mode;
  }

  /** Empty where the run did not come to its end. `columns`: for a screen, on which notes and findings have not been told yet. */
  async lines(
    { diff, verbose, columns }: ReporterOptions & { readonly columns?: number },
    style: Style,
  ): Promise<string[]> {
    if (!this.#recap) return [];
    const exact = verbose > 0;
    return paragraphs([
      diff ? await this.#diffLines(style) : [],
      ...(columns === undefined ? [] : this.#found(verbose, columns, style)),
      this.#run.mode === 'check' ? fitted(this.#plannedLines(this.#recap, exact), columns, style) : [],
      [...recapLines(this.#recap, { ...this.#run, style, mayChange: this.mayChange }), ...this.#downLines(style)],
    ]);
  }

  /** Notes, what is or was found out, and what was done about it. */
  #found(verbose: number, columns: number, style: Style): string[][] {
    const exact = verbose > 0;
    const gone = itemsOf(this.#findings.byHost({ gone: true }), findingLine);
    const left = (severity: Severity) =>
      itemsOf(this.#findings.byHost({ gone: false, severity }), (finding) => findingBlock(finding, verbose));
    const wasThere = this.mode === 'check' ? 'Found, and gone after a run:' : 'Found at first, and gone now:';
    return [
      ...[
        titled(wasThere, sameHosts(gone, exact)),
        titled('Done:', sameHosts(this.#made.byHost({ done: true }), exact)),
        titled('Not done, or in doubt:', sameHosts(this.#made.byHost({ done: false }), exact)),
        titled('Found:', sameHosts(left('critical'), exact)),
        titled('Notes:', sameHosts(this.#notesLeft(), exact)),
        titled('To take care of:', sameItems(left('warning'), exact)),
        titled('Good to know:', sameItems(left('info'), exact)),
      ].map((lines) => onScreen(lines, columns, style)),
    ];
  }

  /** A run's notes, without those on containers that it has freed since. */
  #notesLeft(): ReadonlyMap<string, readonly string[]> {
    if (this.mode !== 'run') return this.#notes;
    const subjects = (gone: boolean, host: string) =>
      (this.#findings.byHost({ gone }).get(host) ?? []).map(({ subject }) => subject.replace(/^container /, ''));
    const left = [...this.#notes].map(([host, notes]) => {
      const still = subjects(false, host);
      const freed = subjects(true, host).filter((subject) => !still.includes(subject));
      return [host, notes.filter((note) => !freed.some((subject) => note.includes(subject)))] as const;
    });
    return new Map(left.filter(([, notes]) => notes.length > 0));
  }

  /** What ran before and does not run now: nothing but people start it. */
  #downLines(style: Style): string[] {
    return [...this.#made.down].flatMap(([host, names]) => {
      const down = [...names];
      const are = down.length === 1 ? '1 container is' : `${down.length} containers are`;
      const have = down.length === 1 ? 'it has' : 'they have';
      const start = down.every((name) => /^[\w.-]+$/.test(name))
        ? [style.cyan(`  → docker start ${down.join(' ')}`)]
        : [];
      return [
        style.yellow(oneLine(`⚠ ${host}: ${are} down that ran before: ${down.join(', ')} (${have} no restart policy)`)),
        ...start,
      ];
    });
  }

  #plannedLines(recap: Recap, exact: boolean): string[] {
    if (this.#planned.size > 0) {
      const lines = [...this.#planned].map(([host, changes]) => [host, changes.map(plannedLine)] as const);
      return titled(
        this.#run.of === undefined ? 'What a run would change:' : 'What the rollback would change:',
        sameHosts(new Map(lines), exact),
      );
    }
    return recap.outcomes.length > 0 && recap.outcomes.every((o) => o.status === 'ok')
      ? [this.#run.of === undefined ? 'A run would change nothing.' : 'The rollback would change nothing.']
      : [];
  }

  /** Check mode: hosts with changes of which none is certain. */
  get mayChange(): ReadonlySet<string> {
    const uncertain = [...this.#planned].filter(([, changes]) => changes.every((change) => change.may));
    return new Set(uncertain.map(([host]) => host));
  }

  async #diffLines(style: Style): Promise<string[]> {
    const { unifiedDiff } = await import('./unified-diff.ts');
    return [...this.#sameDiffs()].flatMap(([key, hosts]) => {
      const lines = unifiedDiff(JSON.parse(key) as FileChange, style);
      return lines.length === 0 ? [] : [`${counted(hosts.length, 'host')}: ${hostList(hosts)}`, ...lines];
    });
  }

  /** The hosts of each diff, keyed by the diff's JSON. */
  #sameDiffs(): Map<string, string[]> {
    const hosts = new Map<string, string[]>();
    for (const [host, changes] of this.#planned)
      for (const { diff } of changes) if (diff) append(hosts, JSON.stringify(diff), [host]);
    return hosts;
  }
}

const fitted = (lines: string[], columns: number | undefined, style: Style): string[] =>
  columns === undefined ? lines : onScreen(lines, columns, style);

const itemsOf = (byHost: ReadonlyMap<string, readonly Finding[]>, item: (finding: Finding) => Item) =>
  new Map([...byHost].map(([host, found]) => [host, found.map(item)]));

/** What failed on a host that went on all the same. */
const toleratedNote = ({ step, tolerated, reason }: EventOf<'step.finished'>): string =>
  `${step}: failed, ${tolerated}${reason ? `: ${reasonLine(reason)}` : ''}`;

/** A planned change on one line: `may: …` where check cannot know, and what it interrupts. */
export const plannedLine = ({ summary, may, risk }: Change): string =>
  `${may ? 'may: ' : ''}${summary}${risk === 'none' ? '' : `  [${risk}]`}`;

function append<T>(map: Map<string, T[]>, key: string, items: readonly T[]): void {
  if (items.length > 0) map.set(key, [...(map.get(key) ?? []), ...items]);
}

const titled = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];

/** Blocks of lines with an empty line between them. */
const paragraphs = (blocks: readonly (readonly string[])[]): string[] =>
  blocks.filter((block) => block.length > 0).flatMap((block, i) => (i === 0 ? block : ['', ...block]));
