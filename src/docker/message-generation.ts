/** Which docker wrote a message, by its wording (facts/docker.md §1.1; the commits are moby's). */
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

const WORDINGS: readonly (readonly [RegExp, Generation])[] = [
  [/Cannot destroy container |'docker -d' running/, 'docker ≤1.8'],
  // Red Hat's builds have the newer order of removal but kept the old words (projectatomic/docker).
  [/\bdockerd?-current\b/, 'RHEL/CentOS docker 1.12–1.13'],
  [/failed to remove containers: \[/, 'docker 1.8–1.9'],
  [/Failed to remove container \(/, 'docker 1.10'],
  // b38f73afe3: the container's id is gone from the message.
  [/cannot remove container "[^"]{1,256}": (?:driver|unable)/, 'docker 28.2+'],
  // 0dab53ff3c
  [/container [0-9a-f]{64}: driver "[\w-]{1,64}" failed to remove root filesystem: /, 'docker 18.04–28.1'],
  // 54dcbab25e
  [/driver "[\w-]{1,64}" failed to remove root filesystem for /, 'docker 17.06–18.03'],
  [/unable to remove filesystem for /, 'docker 17.06–28.1'],
  [/Driver \S{1,64} failed to remove (?:root|init) filesystem [0-9a-f]/, 'docker 1.9–17.05, or RHEL/CentOS 1.12–1.13'],
  [/Unable to remove filesystem for /, 'docker 1.9–17.05, or RHEL/CentOS 1.12–1.13'],
  // 9a58f298d1; before it, a second removal silently succeeded.
  [/removal of container \S{1,256} is already in progress/, 'docker 1.13+'],
  [/Error removing (?:mounted|init) layer /, 'docker 1.10+'],
];

/** Null where the words do not tell. */
export function generationIn(text: string): Generation | null {
  return WORDINGS.find(([wording]) => wording.test(text))?.[1] ?? null;
}
