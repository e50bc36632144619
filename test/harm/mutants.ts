/**
 * Shows by hand that the laws can fail: takes one safety rule at a time out of a copy of the project and lets the random hosts find it.
 * Usage: tsx test/harm/mutants.ts [PART OF A NAME]     UNWEDGE_HARM_HOSTS, UNWEDGE_SEED as for laws.test.ts
 * Exit: 0 every mutant was found, 1 one was not.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

interface Mutant {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const rule = (call: string): Mutant => ({
  name: `without ${call}`,
  file: 'src/docker/safety.ts',
  from: `${call} ??`,
  to: '',
});
const scripts = ['src/steps/umount/apply.sh', 'src/steps/umount/apply-holder.sh'];
const inScripts = (name: string, from: string, to: string): Mutant[] =>
  scripts.map((file) => ({ name: `${file} without ${name}`, file, from, to }));

/** Nothing is taken out: found would mean that the laws fail by themselves. */
const control: Mutant = { ...rule('nothing'), from: 'function notDead(', to: 'function notDead(' };
const mutants: readonly Mutant[] = [
  rule('notDead(mount)'),
  rule('notWhole(mount)'),
  rule('belowOthers(mount, mounts, gone)'),
  rule('notUnderRoot(mount, mounts)'),
  rule('usedByRunning(mount, mounts, daemon)'),
  rule('sharedWithOthers(mount, mounts)'),
  rule('takesOthersAlong(mount, mounts)'),
  { ...rule('inProtectedNamespace'), from: 'inProtectedNamespace(mount, daemon)\n', to: 'undefined\n' },
  {
    ...rule('untouchable programs'),
    from: 'isUntouchable(p.command)',
    to: "p.command === '' && isUntouchable(p.command)",
  },
  { ...rule('locked namespaces'), from: 'if (namespace.locked)', to: 'if (false as boolean)' },
  { ...rule('peers of the mount below'), from: 'if (below) return told', to: 'if (below && !below) return told' },
  {
    ...rule('peers of the mount'),
    from: 'return peer && told',
    to: 'return peer && !peer ? undefined : undefined; void told',
  },
  {
    name: 'nothing is taken along',
    file: 'src/docker/propagation.ts',
    from: 'if (below?.shared === undefined) return [];',
    to: 'if (below !== null) return [];',
  },
  {
    name: 'what is in use is not left',
    file: 'src/docker/users.sh',
    from: 'if (++uses[c] > 20) return',
    to: 'return',
  },
  ...inScripts('looking again whether it is Dead', 'dead || drifted', 'true || drifted'),
  ...inScripts('looking again at the process', 'started || drifted', 'true || drifted'),
  ...inScripts('looking again at the mount', 'mounted || drifted', 'true || drifted'),
  ...inScripts('looking at what hides it', `case $leads in ''`, `case '' in ''`),
];

const project = fileURLToPath(new URL('../..', import.meta.url));
const wanted = process.argv[2] ?? '';
let missed = 0;
if (isFound(control)) throw new Error('the laws fail with every rule in its place');
for (const mutant of mutants.filter(({ name }) => name.includes(wanted))) {
  const began = performance.now();
  const found = isFound(mutant);
  if (!found) missed += 1;
  console.log(`${found ? 'found ' : 'MISSED'} ${mutant.name} (${Math.round((performance.now() - began) / 1000)} s)`);
}
process.exitCode = missed === 0 ? 0 : 1;

function isFound({ name, file, from, to }: Mutant): boolean {
  const copy = mkdtempSync(`${tmpdir()}/unwedge-mutant-`);
  try {
    const left = ['node_modules', 'dist', '.git'].map((name) => `${project}${name}`);
    cpSync(project, copy, { recursive: true, filter: (path) => !left.includes(path) });
    symlinkSync(`${project}node_modules`, `${copy}/node_modules`);
    const text = readFileSync(`${copy}/${file}`, 'utf8');
    if (text.split(from).length !== 2)
      throw new Error(`${name}: ${file} does not have this text exactly once: ${from}`);
    writeFileSync(
      `${copy}/${file}`,
      text.replace(from, () => to),
    );
    const argv = ['vitest', 'run', '--config', 'test/vitest.config.ts', '--project', 'unit', 'test/harm/laws.test.ts'];
    const { status, stdout, stderr } = spawnSync('npx', argv, {
      cwd: copy,
      encoding: 'utf8',
      env: { ...process.env, UNWEDGE_HARM_STOP: '1' },
    });
    if (process.env.UNWEDGE_HARM_SHOW) console.log(stdout);
    // A mutant that does not even build shows nothing.
    if (status !== 0 && !/FAIL .*harm\/laws\.test\.ts/.test(stdout)) throw new Error(`${name}: ${stdout}${stderr}`);
    return status !== 0;
  } finally {
    rmSync(copy, { recursive: true });
  }
}
