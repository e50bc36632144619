/** Tab-separated lines of a host script: one array of fields per line. Empty lines are passed over. */
export function records(stdout: string): string[][] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));
}

/** The records that begin with a word, without that word. */
export function recordsByKind(stdout: string): (kind: string) => string[][] {
  const all = records(stdout);
  return (kind) => all.filter((record) => record[0] === kind).map((record) => record.slice(1));
}

/** `KEY=VALUE`, as systemctl show prints it; a value may hold `=`. */
export function keyValue(line: string): [string, string] {
  const equals = line.indexOf('=');
  return [line.slice(0, equals), line.slice(equals + 1)];
}
