/**
 * The sentences in which each generation of docker says that a removal failed (docs/docker-facts.md §1.1; the commits are moby's).
 * {arg} is what was typed after docker rm, {id} the container, {driver} the storage driver; what it said comes behind.
 */
export type Generation =
  | 'docker ≤1.8'
  | 'docker 1.8–1.9'
  | 'docker 1.9–17.05, or RHEL/CentOS 1.12–1.13'
  | 'RHEL/CentOS docker 1.12–1.13'
  | 'docker 1.10'
  | 'docker 1.10+'
  | 'docker 1.13+'
  | 'docker 17.06–18.03'
  | 'docker 17.06–28.1'
  | 'docker 18.04–28.1'
  | 'docker 28.2+';

/** The first that is there tells the generation: what is around a sentence knows more of it than the sentence. */
const SENTENCES: readonly (readonly [Generation, ...sentences: string[]])[] = [
  [
    'docker ≤1.8',
    'Cannot destroy container {arg}: Driver {driver} failed to remove root filesystem {id}: ',
    'Cannot destroy container {arg}: Driver {driver} failed to remove init filesystem {id}-init: ',
    'Cannot destroy container {arg}: Unable to remove filesystem for {id}: ',
    "Is 'docker -d' running on this host?",
  ],
  // Red Hat's builds have the newer order of removal but kept the old words (projectatomic/docker).
  ['RHEL/CentOS docker 1.12–1.13', 'dockerd-current[', 'docker-current['],
  ['docker 1.8–1.9', 'Error: failed to remove containers: ['],
  ['docker 1.10', 'Failed to remove container ({arg}): '],
  [
    'docker 28.2+', // b38f73afe3: the container's id is gone.
    'cannot remove container "{arg}": driver "{driver}" failed to remove root filesystem: ',
    'cannot remove container "{arg}": unable to remove filesystem: ',
  ],
  // 0dab53ff3c
  ['docker 18.04–28.1', 'container {id}: driver "{driver}" failed to remove root filesystem: '],
  // 54dcbab25e
  ['docker 17.06–18.03', 'driver "{driver}" failed to remove root filesystem for {id}: '],
  ['docker 17.06–28.1', 'unable to remove filesystem for {id}: '],
  [
    'docker 1.9–17.05, or RHEL/CentOS 1.12–1.13',
    'Driver {driver} failed to remove root filesystem {id}: ',
    'Driver {driver} failed to remove init filesystem {id}-init: ',
    'Unable to remove filesystem for {id}: ',
  ],
  // 9a58f298d1; before it, a second removal silently succeeded.
  ['docker 1.13+', 'removal of container {arg} is already in progress'],
  ['docker 1.10+', 'Error removing mounted layer {id}: ', 'Error removing init layer {id}: '],
];

/** One of the sentences as it stands in a text. */
interface Sentence {
  readonly generation: Generation;
  /** The container, and where in the text it is named. */
  readonly id: string | undefined;
  readonly at: number;
}

const SLOTS: Readonly<Record<string, string>> = {
  arg: '\\/?[A-Za-z0-9][\\w.-]{0,255}',
  driver: '[\\w-]{1,64}',
  id: '[0-9a-f]{64}|[0-9a-f]{12}',
};

const PATTERNS = SENTENCES.flatMap(([generation, ...sentences]) =>
  sentences.map((sentence) => ({ generation, pattern: patternOf(sentence) })),
);

function patternOf(sentence: string): RegExp {
  const literal = sentence.replace(/[.*+?^$()[\]|\\]/g, '\\$&');
  const slots = literal.replace(/\{(\w+)\}/g, (_, slot: string) => `(?<${slot}>${SLOTS[slot]})`);
  return new RegExp(`(?<!\\w)${slots}`, 'dg');
}

/** In the order of the table. */
export function sentencesIn(text: string): Sentence[] {
  return PATTERNS.flatMap(({ generation, pattern }) =>
    Array.from(text.matchAll(pattern), ({ groups, indices, index }) => ({
      generation,
      id: groups?.id,
      at: indices?.groups?.id?.[0] ?? index,
    })),
  );
}

/** Null where the words do not tell. */
export const generationIn = (text: string): Generation | null => sentencesIn(text)[0]?.generation ?? null;
