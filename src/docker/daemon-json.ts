import type { Change } from '../core/change.ts';
import { probeScript } from '../core/host-script.ts';
import { type JsonObjectNode, JsonSyntaxError, parseJsonText } from '../core/json-text.ts';
import type { ReadOnlySession } from '../core/session.ts';
import { type Dockerd, flagsOf } from './dockerd.ts';

const options = probeScript('docker/unknown-options.sh');
const validate = probeScript('docker/validate-config.sh');

export interface ConfigFile {
  readonly path: string;
  readonly base64: string;
}

/** Why dockerd would exit at its next start because of this file, as far as that can be told without starting it. */
export async function faultOf(host: ReadOnlySession, file: ConfigFile, dockerd: Dockerd): Promise<string | undefined> {
  const keys = optionsIn(file);
  if (typeof keys === 'string') return `${file.path} is not valid: ${keys}`;
  if (keys.length === 0) return undefined;
  const twice = givenTwice(file, keys, dockerd);
  if (twice !== undefined || dockerd.program === undefined) return twice;
  return (await unknownOption(host, file, keys, dockerd.program)) ?? refusedByDockerd(host, file, dockerd.program);
}

/** The options that the file sets; or why it is not valid. */
function optionsIn({ base64 }: ConfigFile): readonly string[] | string {
  const text = Buffer.from(base64, 'base64').toString('utf8');
  // dockerd takes an empty file for no options.
  if (text.trim() === '') return [];
  try {
    const root = parseJsonText(text);
    return root.kind === 'object' ? root.members.map(({ key }) => key) : 'not a JSON object';
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error.message;
    throw error;
  }
}

/** "the following directives are specified both as a flag and in the configuration file" */
function givenTwice(file: ConfigFile, keys: readonly string[], dockerd: Dockerd): string | undefined {
  const given = flagsOf(dockerd);
  const twice = keys.filter((key) => given.has(key));
  return twice.length === 0 ? undefined : `${file.path} sets what dockerd is also given as a flag: ${twice.join(', ')}`;
}

/** "the following directives don't match any configuration option" */
async function unknownOption(
  host: ReadOnlySession,
  file: ConfigFile,
  keys: readonly string[],
  program: string,
): Promise<string | undefined> {
  // Daemons before 1.10 read no such file at all.
  const { code, stdout } = await host.probe(options, [program, 'config-file', ...keys]);
  const unknown = stdout.split('\n').filter((key) => key !== '');
  if (code !== 0 || unknown.length === 0) return undefined;
  if (unknown[0] === 'config-file') return `${program} is older than docker 1.10: it reads no ${file.path}`;
  return `${file.path} has an option that ${program} does not know: ${unknown.join(', ')}`;
}

async function refusedByDockerd(host: ReadOnlySession, file: ConfigFile, program: string): Promise<string | undefined> {
  const { code, stderr } = await host.probe(validate, [program, file.base64]);
  return code === 1 ? `dockerd refuses ${file.path}: ${stderr.trim().replaceAll('/dev/stdin', file.path)}` : undefined;
}

/** Its name in daemon.json and as a flag. */
export const LIVE_RESTORE = 'live-restore';

/** What a valid daemon.json says of it; undefined: nothing. */
export function liveRestoreIn(text: string): boolean | undefined {
  if (text.trim() === '') return undefined;
  const root = parseJsonText(text);
  const members: JsonObjectNode['members'] = root.kind === 'object' ? root.members : [];
  const value = members.findLast(({ key }) => key === LIVE_RESTORE)?.value;
  return value && text.slice(value.start, value.end) === 'true';
}

/** The files that pending changes would leave with live-restore on. */
export function pendingLiveRestoreIn(pending: readonly Change[]): string[] {
  const texts = new Map(pending.flatMap(({ diff }) => (diff?.path.endsWith('.json') ? [[diff.path, diff.after]] : [])));
  return [...texts].flatMap(([path, text]) => (liveRestoreIn(text) ? [path] : []));
}
