import { probeScript } from '../../core/host-script.ts';
import type { ReadOnlySession } from '../../core/session.ts';

const options = probeScript('steps/restart/probe-options.sh');
const validate = probeScript('steps/restart/probe-validity.sh');

export interface ConfigFile {
  readonly path: string;
  readonly base64: string;
}

/** The daemon that reads the file: its program's path and the names of the flags it runs with. */
export interface Program {
  readonly path: string;
  readonly flags: readonly string[];
}

/** dockerd's short and former names of flags that daemon.json has, too. */
const synonyms: Readonly<Record<string, string>> = {
  H: 'hosts',
  host: 'hosts',
  D: 'debug',
  l: 'log-level',
  g: 'data-root',
  graph: 'data-root',
  s: 'storage-driver',
  G: 'group',
};

/** Why dockerd would exit at its next start because of this file, as far as that can be told without starting it. */
export async function faultOf(
  host: ReadOnlySession,
  file: ConfigFile,
  program: Program | undefined,
): Promise<string | undefined> {
  const config = parse(Buffer.from(file.base64, 'base64').toString('utf8'));
  if (typeof config === 'string') return `${file.path} is not valid: ${config}`;
  const keys = Object.keys(config);
  if (program === undefined || keys.length === 0) return undefined;
  return (
    givenTwice(file, keys, program) ??
    (await unknownOption(host, file, keys, program)) ??
    (await refusedByDockerd(host, file, program))
  );
}

function parse(text: string): object | string {
  // dockerd takes an empty file for no options.
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : 'not a JSON object';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** "the following directives are specified both as a flag and in the configuration file" */
function givenTwice(file: ConfigFile, keys: readonly string[], { flags }: Program): string | undefined {
  const given = new Set(flags.map((flag) => synonyms[flag] ?? flag));
  const twice = keys.filter((key) => given.has(key));
  return twice.length === 0 ? undefined : `${file.path} sets what dockerd is also given as a flag: ${twice.join(', ')}`;
}

/** "the following directives don't match any configuration option" */
async function unknownOption(
  host: ReadOnlySession,
  file: ConfigFile,
  keys: readonly string[],
  program: Program,
): Promise<string | undefined> {
  const { code, stdout } = await host.probe(options, [program.path, ...keys]);
  const unknown = stdout.split('\n').filter((key) => key !== '');
  if (code !== 0 || unknown.length === 0) return undefined;
  return `${file.path} has an option that ${program.path} does not know: ${unknown.join(', ')}`;
}

async function refusedByDockerd(
  host: ReadOnlySession,
  file: ConfigFile,
  program: Program,
): Promise<string | undefined> {
  const { code, stderr } = await host.probe(validate, [program.path, file.path]);
  return code === 1 ? `dockerd refuses ${file.path}: ${stderr.trim()}` : undefined;
}
