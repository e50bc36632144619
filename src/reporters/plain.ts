import type { ChangeRef, EventOf, Illness, RunEvent, RunMode } from '../core/event.ts';
import { Findings } from '../core/findings.ts';
import { label, tailOf } from './finding-lines.ts';
import type { Output, Reporter, ReporterOptions } from './reporter.ts';
import { illnessLine, planLines } from './rollout-lines.ts';
import { Sink } from './sink.ts';
import { createStyle, type Style } from './style.ts';
import { plannedLine, Summary } from './summary.ts';
import { counted, duration, interruption, oneLine, reasonLine, startedLine, statusWord } from './wording.ts';

/** For what is made to fit; a log has no width. Three of them are the `== ` in front. */
const COLUMNS = 80 - 3;

/** A line for each event worth one: `HOST  STEP  STATUS  TEXT`, or `== …` for what is no single host's. */
export class PlainReporter implements Reporter {
  readonly #sink: Sink;
  readonly #options: ReporterOptions;
  readonly #style: Style;
  readonly #summary = new Summary();
  readonly #lines: EventLines;

  constructor(output: Output, options: ReporterOptions) {
    this.#sink = new Sink(output);
    this.#options = options;
    this.#style = createStyle(output.color);
    this.#lines = new EventLines(options.verbose, this.#style);
  }

  event(event: RunEvent): void {
    this.#summary.add(event);
    const lines = this.#lines.of(event);
    if (this.#options.closing === undefined || this.#options.verbose > 0) this.#sink.lines(lines);
  }

  async end(): Promise<void> {
    const { closing, verbose } = this.#options;
    const lines = closing?.(this.#style, undefined) ?? (await this.#summary.lines(this.#options, this.#style));
    this.#sink.lines(lines.length === 0 || (closing && verbose === 0) ? lines : ['', ...lines]);
    await this.#sink.flush();
  }
}

/** Events to lines; remembers what later events only refer to. */
class EventLines {
  readonly #verbose: number;
  readonly #style: Style;
  readonly #changes = new Map<string, { step: string; summary: string }>();
  readonly #steps = new Map<string, string>();
  /** Hosts whose failure has been told. */
  readonly #told = new Set<string>();
  readonly #notes = new Set<string>();
  readonly #findings = new Findings();
  /** Check mode: hosts that a run would change for certain. */
  readonly #certain = new Set<string>();
  #mode: RunMode = 'run';

  constructor(verbose: number, style: Style) {
    this.#verbose = verbose;
    this.#style = style;
  }

  of(event: RunEvent): string[] {
    const { green, yellow, red, dim } = this.#style;
    switch (event.type) {
      case 'run.started':
        this.#mode = event.mode;
        return [`== ${startedLine(event)}, ${event.at}`];
      case 'play.started':
        return [`== ${oneLine(event.play)}: ${counted(event.hosts.length, 'host')}, ${counted(event.steps, 'step')}`];
      case 'batch.started':
        return event.batches > 1
          ? [`== batch ${event.batch + 1}/${event.batches}: ${counted(event.hosts.length, 'host')}`]
          : [];
      case 'rollout.planned':
        return planLines(event, COLUMNS).map((text) => `== ${text}`);
      case 'batch.health':
        return this.#health(event);
      case 'batch.soaking':
        return [`== soaking for ${duration(event.seconds * 1000)}`];
      case 'rollout.stopped':
      case 'rollout.paused':
        return [yellow(`== ${reasonLine(event.reason)}`)];
      case 'host.started':
        return this.#atLevel(2, line(event.host, '-', dim('started')));
      case 'host.guarded':
        return event.unseen.map((what) => line(event.host, '-', yellow('not seen'), what));
      case 'step.started':
        this.#steps.set(event.host, event.step);
        return this.#atLevel(2, line(event.host, event.step, dim('started')));
      case 'step.planned':
        return this.#planned(event);
      case 'change.applying':
        this.#changes.set(refKey(event), {
          step: event.step,
          summary: event.change.summary,
        });
        return this.#atLevel(1, line(event.host, event.step, 'applying', event.change.summary));
      case 'change.applied':
        return [this.#change(event, green('changed'))];
      case 'change.in-doubt':
        return [this.#change(event, red('in doubt'), event.reason)];
      case 'change.drifted':
        return [this.#change(event, yellow('drifted'), event.reason)];
      case 'change.left':
        return [this.#change(event, yellow('left'), event.reason)];
      case 'change.undoing':
      case 'change.undone':
      case 'change.undo-failed':
      case 'change.irreversible':
        return []; // host.rollback tells them with their summaries, also where another run made the change.
      case 'step.finished':
        return this.#finished(event);
      case 'host.unreachable':
      case 'host.locked':
        this.#told.add(event.host);
        return [this.#absent(event)];
      case 'host.waiting':
        return [line(event.host, this.#steps.get(event.host) ?? '-', dim('waiting'), reasonLine(event.reason))];
      case 'host.rollback':
        return this.#rollback(event);
      case 'host.finished':
        return this.#hostFinished(event);
      case 'run.interrupted':
        return [yellow(`== ${interruption(event.signal, event.times)}`)];
      case 'run.finished':
      case 'run.notified':
      case 'script.sent':
      case 'host.identified':
        return [];
      default:
        event satisfies never;
        return [];
    }
  }

  #absent({ type, host, reason }: EventOf<'host.unreachable' | 'host.locked'>): string {
    const word = type === 'host.locked' ? 'locked' : 'unreachable';
    return line(host, this.#steps.get(host) ?? '-', this.#style.yellow(word), reasonLine(reason));
  }

  #health({ moment, hosts, ill }: EventOf<'batch.health'>): string[] {
    const status = ({ counts }: Illness) => (counts ? this.#style.red('ill') : this.#style.yellow('ill'));
    if (ill.length === 0) return this.#atLevel(1, `== health: ${counted(hosts, 'host')} well`);
    return ill.map((one) => line(one.host, 'health', status(one), illnessLine(moment, one)));
  }

  #atLevel(level: number, text: string): string[] {
    return this.#verbose >= level ? [text] : [];
  }

  #planned(event: EventOf<'step.planned'>): string[] {
    const { host, step, changes, notes } = event;
    const news = notes.filter((note) => this.#isNews(host, note));
    const lines = [...this.#found(event), ...news.map((note) => line(host, step, 'note:', note))];
    if (this.#mode !== 'check') return lines;
    if (changes.some((change) => !change.may)) this.#certain.add(host);
    const { cyan } = this.#style;
    const status = (may: boolean | undefined) => cyan(may ? 'may change:' : 'would change:');
    return [...lines, ...changes.map((c) => line(host, step, status(c.may), plannedLine({ ...c, may: false })))];
  }

  /** What this look finds first, and what it finds no more. */
  #found(event: EventOf<'step.planned'>): string[] {
    const { host, step } = event;
    const { news, gone } = this.#findings.add(event);
    const told = news.map((finding) => ({ finding, tail: tailOf(finding, this.#verbose) }));
    const status = this.#style.green(this.#mode === 'check' ? 'would be gone:' : 'gone:');
    return [
      ...gone.map(({ code, message }) => line(host, step, status, `${code} ${message}`)),
      ...told.flatMap(({ finding, tail }, i) => [
        line(host, step, `${label(finding, this.#style)}:`, finding.message),
        // Neighbours with the same remedy share it.
        ...(tail.join('\n') === told[i + 1]?.tail.join('\n') ? [] : tail.map((text) => line(host, step, '', text))),
      ]),
    ];
  }

  /** Later steps see the same things again. */
  #isNews(host: string, note: string): boolean {
    const before = this.#notes.size;
    return this.#notes.add(`${host}\0${note}`).size > before;
  }

  #change(ref: ChangeRef, status: string, reason?: string): string {
    const change = this.#changes.get(refKey(ref));
    const summary = change?.summary ?? `change ${ref.seq}`;
    // Most reasons name the change themselves.
    const text = reason?.includes(summary) ? reason : [summary, ...(reason === undefined ? [] : [reason])].join(': ');
    return line(ref.host, change?.step ?? '-', status, text);
  }

  #finished({ host, step, status, tolerated, reason }: EventOf<'step.finished'>): string[] {
    this.#steps.delete(host);
    const text = reason ? reasonLine(reason) : '';
    if (tolerated !== undefined) return [line(host, step, this.#style.yellow(`failed, ${tolerated}:`), text)];
    if (status === 'failed') {
      this.#told.add(host);
      return [line(host, step, this.#style.red('failed'), text)];
    }
    if (status === 'changed') return []; // Its changes were told.
    return this.#atLevel(1, line(host, step, status, text));
  }

  #rollback({ host, by, outcome }: EventOf<'host.rollback'>): string[] {
    const step = by === 'host' ? 'rollback by the host itself' : 'rollback';
    const { yellow, red } = this.#style;
    if (outcome.failed.length > 0) this.#told.add(host);
    return [
      ...outcome.undone.map((summary) => line(host, step, 'undone', summary)),
      ...outcome.irreversible.map((c) => line(host, step, yellow('irreversible'), `${c.summary}: ${c.reason}`)),
      ...outcome.failed.map((c) => line(host, step, red('failed to undo'), `${c.summary}: ${c.reason}`)),
    ];
  }

  #hostFinished({ outcome }: EventOf<'host.finished'>): string[] {
    if (outcome.status === 'not-attempted' || this.#told.has(outcome.host)) return [];
    const text = outcome.reason ? reasonLine(outcome.reason) : '';
    return [line(outcome.host, 'done', statusWord(outcome.status, this.#mode, !this.#certain.has(outcome.host)), text)];
  }
}

const refKey = ({ host, seq }: ChangeRef): string => JSON.stringify([host, seq]);

/** Two spaces between fields; the status may be coloured already and is ours. */
const line = (host: string, step: string, status: string, text = ''): string =>
  [oneLine(host), oneLine(step), status, oneLine(text)].filter((field) => field !== '').join('  ');
