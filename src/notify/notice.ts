import { keyOf, type Problem } from './problem.ts';

/** A run, as those who are notified of it are told. */
export interface AboutRun {
  /** Its id; empty where it was refused before it had one. */
  readonly run: string;
  readonly command: 'run' | 'check' | 'audit';
  readonly playbooks: readonly string[];
  /** Name of the machine that it was called on. */
  readonly controller: string;
  /** ISO 8601 UTC. */
  readonly endedAt: string;
  readonly exitCode: number;
}

/** What `--notify` gets on standard input, and a webhook as its body. Versioned: fields are added, none changes its meaning. */
export interface Notice extends AboutRun {
  readonly version: 1;
  /** `recovered`: no problem is left. `trouble`: there are some, and they are not those of the run before. */
  readonly event: 'trouble' | 'recovered';
  /** A few lines for people. */
  readonly text: string;
  readonly counts: Readonly<Record<'appeared' | 'went' | 'stayed', number>>;
  /** The first of each, at most `LISTED`. */
  readonly appeared: readonly Problem[];
  readonly went: readonly Problem[];
  readonly stayed: readonly Problem[];
}

export const LISTED = 200;

/** What to tell of the problems before and after a run; undefined: nothing has changed, so nobody is told. Pure. */
export function noticeOf(about: AboutRun, before: readonly Problem[], now: readonly Problem[]): Notice | undefined {
  const [had, have] = [new Set(before.map(keyOf)), new Set(now.map(keyOf))];
  const appeared = now.filter((problem) => !had.has(keyOf(problem)));
  const went = before.filter((problem) => !have.has(keyOf(problem)));
  if (appeared.length + went.length === 0) return undefined;
  const stayed = now.filter((problem) => had.has(keyOf(problem)));
  return {
    ...{ version: 1, event: now.length === 0 ? 'recovered' : 'trouble', ...about },
    text: textOf(about, { appeared, went, stayed }),
    counts: { appeared: appeared.length, went: went.length, stayed: stayed.length },
    ...{ appeared: appeared.slice(0, LISTED), went: went.slice(0, LISTED), stayed: stayed.slice(0, LISTED) },
  };
}

type Lists = Pick<Notice, 'appeared' | 'went' | 'stayed'>;

/** Problems that the text names of each kind. */
const NAMED = 10;

function textOf({ controller, command, playbooks, run }: AboutRun, { appeared, went, stayed }: Lists): string {
  const what = [command, ...(command === 'audit' ? [] : playbooks)].join(' ');
  const left = appeared.length + stayed.length;
  const head = left === 0 ? 'all is well again' : `${left} ${left === 1 ? 'problem' : 'problems'}`;
  return [
    `unwedge ${what} on ${controller}: ${head}`,
    ...named('new', appeared),
    ...named('gone', went),
    ...(stayed.length > 0 && left > stayed.length ? [`${stayed.length} as before`] : []),
    ...(run === '' ? [] : [`run ${run}`]),
  ].join('\n');
}

function named(word: string, problems: readonly Problem[]): readonly string[] {
  const lines = problems.slice(0, NAMED).map(({ kind, host, code, message }) => {
    const where = host === '' ? '' : `${host}: `;
    return `${word}: ${where}${kind === 'finding' || kind === 'run' ? `${code} ` : ''}${message}`;
  });
  const more = problems.length - lines.length;
  return more > 0 ? [...lines, `${word}: … and ${more} more`] : lines;
}
