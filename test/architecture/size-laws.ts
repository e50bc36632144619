import { files, type Law } from './law.ts';
import { type Project, sources } from './project.ts';
import { functionLengths } from './syntax.ts';

/** design.md §1. Lines. */
const FILE = { median: 80, p90: 180 };
const FUNCTION = { p90: 25 };
const SCRIPT = 60;
/** One awk program reads each mountinfo once, cut in two it would read them twice; one way into a namespace is told for perl and for python. */
const LONGER_SCRIPTS: Readonly<Record<string, number>> = {
  'src/docker/mounts.sh': 135,
  'src/steps/umount/apply-holder.sh': 90,
};

const lineCount = (text: string): number => text.split('\n').length - 1;

/** The value that `share` of the numbers do not pass (nearest rank). */
export const quantile = (numbers: readonly number[], share: number): number =>
  numbers.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(numbers.length * share) - 1)] ?? 0;

/** How long files and functions of src/ are, for people. */
export function sizes(project: Project): { files: Sizes; functions: Sizes } {
  const lengths = (list: readonly { place: string; lines: number }[]): Sizes => {
    const numbers = list.map(({ lines }) => lines);
    const longest = list.reduce((a, b) => (b.lines > a.lines ? b : a), { place: 'none', lines: 0 });
    return {
      count: list.length,
      median: quantile(numbers, 0.5),
      p90: quantile(numbers, 0.9),
      longest: `${longest.lines} (${longest.place})`,
    };
  };
  return {
    files: lengths(sources(project, '.ts').map(([place, text]) => ({ place, lines: lineCount(text) }))),
    functions: lengths(functionLengths(project)),
  };
}

interface Sizes {
  readonly count: number;
  readonly median: number;
  readonly p90: number;
  readonly longest: string;
}

const lines = (count: number): string => 'x();\n'.repeat(count);

export const sizeLaws: readonly Law[] = [
  {
    title: `files: median at most ${FILE.median} lines, nine of ten at most ${FILE.p90}`,
    todo: 'see whether the longest do two things; design.md §1',
    breaches(project) {
      const { median, p90, longest } = sizes(project).files;
      return median <= FILE.median && p90 <= FILE.p90 ? [] : [`median ${median}, p90 ${p90}, longest ${longest}`];
    },
    examples: [
      files({ 'src/core/a.ts': lines(81) }),
      files({ 'src/a.ts': '', 'src/b.ts': '', 'src/c.ts': lines(181) }),
    ],
  },
  {
    title: `functions: nine of ten at most ${FUNCTION.p90} lines`,
    todo: 'see whether the longest do two things; design.md §1',
    breaches(project) {
      const { p90, longest } = sizes(project).functions;
      return p90 <= FUNCTION.p90 ? [] : [`p90 ${p90}, longest ${longest}`];
    },
    examples: [files({ 'src/core/a.ts': `function f() {\n${lines(24)}}` })],
  },
  {
    title: `a host script has at most ${SCRIPT} lines`,
    todo: 'do less on the host: print records and decide in TypeScript',
    breaches: (project) =>
      sources(project, '.sh')
        .filter(([path, text]) => lineCount(text) > (LONGER_SCRIPTS[path] ?? SCRIPT))
        .map(([path, text]) => `${path} has ${lineCount(text)}`),
    examples: [files({ 'src/steps/a/apply.sh': lines(61) }), files({ 'src/docker/mounts.sh': lines(136) })],
  },
  {
    title: 'a host script begins with #!/bin/sh and says what it does, its Usage and its Exit codes',
    todo: 'see src/steps/rm_dead/apply.sh',
    breaches: (project) =>
      sources(project, '.sh')
        .filter(([, text]) => {
          const head = /^#!\/bin\/sh\n(#.*\n)*/.exec(text)?.[0] ?? '';
          return !/^#!.*\n# [A-Z]/.test(head) || !/^# Usage: /m.test(head) || !/\bExit( codes)?: /.test(head);
        })
        .map(([path]) => path),
    examples: [
      files({ 'src/steps/a/apply.sh': '#!/bin/sh\n# Does a.\n# Usage: apply.sh\nset -u\n# Exit: 0' }),
      files({ 'src/steps/a/apply.sh': '#!/bin/bash\n# Does a.\n# Usage: apply.sh\n# Exit: 0\n' }),
    ],
  },
  {
    title: 'a host script stops at an unset variable: set -u',
    todo: 'set -u right below the head comment',
    breaches: (project) =>
      sources(project, '.sh')
        // arguments.sh runs before the script's own set -u and must not be the one that decides.
        .filter(([path, text]) => !/^set -u$/m.test(text) && path !== 'src/transport/arguments.sh')
        .map(([path]) => path),
    examples: [files({ 'src/steps/a/apply.sh': '#!/bin/sh\n' })],
  },
];
