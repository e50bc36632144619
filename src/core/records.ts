/** Tab-separated lines of a host script: one array of fields per line. Empty lines are passed over. */
export function records(stdout: string): string[][] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));
}
