import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../architecture/project.ts';

const dir = mkdtempSync(join(tmpdir(), 'unwedge-completion-'));
afterAll(() => rmSync(dir, { recursive: true }));

const write = (name: string, text: string, mode = 0o644): void => {
  writeFileSync(join(dir, name), text);
  chmodSync(join(dir, name), mode);
};
const RUN = '20261122T051443Z-k3f9';
for (const folder of ['bin', `state/unwedge/runs/${RUN}`]) mkdirSync(join(dir, folder), { recursive: true });
write('bin/unwedge', `#!/bin/sh\nexec '${process.execPath}' '${packageRoot}dist/cli/main.cjs' "$@"\n`, 0o755);
write('hosts.yaml', 'docker: { hosts: { web-1: , web-2: , db-1: } }\nstaging: { hosts: { web-2: } }\n');
write('program', '#!/bin/sh\ntouch ran\necho \'{"cloud": ["web-9"]}\'\n', 0o755);
write('broken.yaml', 'docker: [');
write(
  'play.yaml',
  '- hosts: all\n  tags: slow\n  steps:\n    - { name: Look around, scan: {} }\n    - include: more.yaml\n',
);
write('more.yaml', '- { name: Let go, tags: [config, never], sysctl: { name: fs.x, value: 1 } }\n');

/** Reads lines from the file `lines`, asks a real shell what it offers for each, and prints these words, and `==` after each line. */
interface Shell {
  readonly name: 'bash' | 'zsh' | 'fish';
  readonly flags: readonly string[];
  readonly program: string;
}

/** As readline does: words split at its word breaks, and what the function gives put behind the last one. */
const bash: Shell = {
  name: 'bash',
  flags: ['--norc', '-c'],
  program: `
eval "$(unwedge completion bash)"
while IFS= read -r COMP_LINE; do
  COMP_POINT=\${#COMP_LINE} current=\${COMP_LINE##*[[:space:]:=]}
  _unwedge unwedge "$current" ''
  before=\${COMP_LINE##*[[:space:]]} before=\${before%"$current"}
  for word in "\${COMPREPLY[@]}"; do eval "printf '%s\\n' $before$word"; done
  echo ==
done <lines`,
};

/** zsh's own line editor in a pseudo terminal; compadd tells what it is given. */
const zsh: Shell = {
  name: 'zsh',
  flags: ['-f', '-c'],
  program: `
zmodload zsh/zpty
zpty shell zsh -f -i
type() { zpty -w shell "$1" }
type 'autoload -Uz compinit; compinit -u -d $PWD/zcompdump; eval "$(unwedge completion zsh)"'
type 'compadd() { local -a found; builtin compadd -O found "$@"; print -rl -- $found >>$PWD/found; builtin compadd "$@" }'
type 'finish() { zle list-choices; BUFFER=; print "<do""ne>" }; zle -N finish; bindkey "^X" finish; print "<rea""dy>"'
zpty -r shell seen '*<ready>*'
for line in "\${(@f)$(<lines)}"; do
  zpty -w -n shell "$line"$'\\x18'
  zpty -r shell seen '*<done>*'
  [[ ! -e found ]] || cat found
  rm -f found
  echo '=='
done
zpty -d shell`,
};

const fish: Shell = {
  name: 'fish',
  flags: ['--no-config', '-c'],
  program: `
unwedge completion fish | source
for line in (cat lines)
  complete -C $line | string replace -r '\\t.*' ''
  echo ==
end`,
};

const isThere = ({ name }: Shell): boolean => spawnSync(name, ['--version']).status === 0;

/** What the shell offers for each line. */
function offers({ name, flags, program }: Shell, lines: readonly string[]): readonly (readonly string[])[] {
  write('lines', `${lines.join('\n')}\n`);
  const env = {
    ...{ PATH: `${join(dir, 'bin')}:${process.env.PATH}`, HOME: dir, TERM: 'dumb' },
    XDG_STATE_HOME: join(dir, 'state'),
  };
  const { stdout, stderr } = spawnSync(name, [...flags, program], {
    ...{ cwd: dir, env, encoding: 'utf8', timeout: 100_000, stdio: ['ignore', 'pipe', 'pipe'] },
  });
  expect(stderr).toBe('');
  const answers = stdout.split('==\n').slice(0, -1);
  // Some shells end a folder's name with a slash themselves.
  return answers.map((text) =>
    [...new Set(text.split('\n').filter(Boolean))].map((word) => (word === 'state' ? 'state/' : word)).toSorted(),
  );
}

/** Line → words that are offered. */
const EXACTLY: Readonly<Record<string, readonly string[]>> = {
  'unwedge ro': ['rollback'],
  'unwedge run --ta': ['--tags'],
  'unwedge steps daemon_': ['daemon_json', 'daemon_reload'],
  'unwedge run play.yaml -i hosts.yaml -l ': ['all', 'db-1', 'docker', 'staging', 'ungrouped', 'web-1', 'web-2'],
  'unwedge run play.yaml -i hosts.yaml --limit=d': ['--limit=db-1', '--limit=docker'],
  'unwedge run play.yaml -i hosts.yaml -l web-1,s': ['web-1,staging'],
  'unwedge run play.yaml -i hosts.yaml -l docker:s': ['docker:staging'],
  'unwedge inventory -i hosts.yaml --host w': ['web-1', 'web-2'],
  'unwedge run play.yaml --tags s': ['slow'],
  'unwedge run play.yaml --skip-tags slow,con': ['slow,config'],
  'unwedge run play.yaml --start-at-step L': ['Let go', 'Look around'],
  'unwedge rollback 2026': [RUN],
  'unwedge resume ': [RUN],
  'unwedge runs show ': [RUN],
  'unwedge completion f': ['fish'],
  'unwedge run pl': ['play.yaml'],
  'unwedge run play.yaml -i ho': ['hosts.yaml'],
  'unwedge run play.yaml --state-dir st': ['state/'],
  'unwedge run play.yaml -i broken.yaml -l ': [],
  'unwedge run play.yaml -i nowhere.yaml -l ': [],
  'unwedge run play.yaml -i program -l web': [],
  'unwedge run play.yaml -f ': [],
};

const shells = [bash, zsh, fish];
for (const { name } of shells.filter((shell) => !isThere(shell)))
  console.error(`completion: ${name} is not installed; its tests are skipped`);

describe.each(shells.filter(isThere))('$name', (shell) => {
  let offered: ReturnType<typeof offers>;
  beforeAll(() => {
    offered = offers(shell, Object.keys(EXACTLY));
  });

  it.each(Object.entries(EXACTLY).map(([line, words], i) => ({ line, words, i })))('$line', ({ words, i }) =>
    expect(offered[i]).toEqual(words),
  );

  it('runs no inventory', () => expect(existsSync(join(dir, 'ran'))).toBe(false));
});

describe('unwedge completion', () => {
  it('is for the shells there are', () => {
    const { status, stderr } = spawnSync(join(dir, 'bin/unwedge'), ['completion', 'tcsh'], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([1, expect.stringContaining('bash, zsh, fish')]);
  });

  it('is tested on every shell here that test/prerequisites.sh installs', () => {
    const text = readFileSync(join(packageRoot, 'test/prerequisites.sh'), 'utf8');
    expect(['zsh', 'fish'].filter((name) => !text.includes(`[${name}]=${name}`))).toEqual([]);
  });
});
